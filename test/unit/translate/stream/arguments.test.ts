import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repairArguments } from '../../../../src/translate/stream/arguments.ts';
import { fuzzed } from '../../../helpers/fuzz.ts';

const schema = {
  type: 'object',
  properties: {
    cmd: { type: 'string' },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    tty: { type: 'boolean' },
    rule: { type: 'array' },
    env: { type: 'object' },
    either: { type: ['integer', 'string'] },
    free: {},
  },
};

describe('repairing arguments', () => {
  test('JSON objects pass byte for byte', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 2), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        expect(repairArguments(text)).toEqual({ arguments: text });
      }),
      fuzzed('arguments-encoded', { seed: 3, numRuns: 300 }),
    );
  });

  test('never throws, and what it calls repaired is a JSON object', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ':',
      ',',
      'a',
      '1',
      '\n',
      ' ',
      '<arg_key>',
      '</arg_key>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const repaired = repairArguments(pieces.join(''), schema);
        if (repaired.repair === 'unreadable') expect(repaired.arguments).toBe(pieces.join(''));
        else expect(JSON.parse(repaired.arguments)).toBeTypeOf('object');
      }),
      fuzzed('arguments-broken', { seed: 4, numRuns: 2000 }),
    );
  });

  test.each([
    ['nothing', '', '{}', undefined],
    ['blanks', ' \n', '{}', 'empty'],
    ['null', 'null', '{}', 'empty'],
    ['a JSON string that holds the object', JSON.stringify('{"cmd":"ls"}'), '{"cmd":"ls"}', 'double-encoded'],
    ['a JSON string that holds no object', '"ls"', '"ls"', 'unreadable'],
    ['the object twice', '{"cmd":"ls"}{"cmd":"ls"}', '{"cmd":"ls"}', 'repeated-object'],
    ['another object behind it', '{"cmd":"ls"}\n{"cmd":"rm"}', '{"cmd":"ls"}', 'several-objects'],
    ['rest of markup behind it', '{"cmd":"ls"}</arg_value>', '{"cmd":"ls"}', 'trailing-text'],
    ['one bracket too many', '{"cmd":"ls"}}', '{"cmd":"ls"}', 'trailing-text'],
    [
      'markup of keys and values',
      '<arg_key>cmd</arg_key>\n<arg_value>echo "a"</arg_value><arg_key>count</arg_key><arg_value>3</arg_value>',
      '{"cmd":"echo \\"a\\"","count":3}',
      'arg-key-markup',
    ],
    ['no closing bracket', '{"cmd":"ls","rule":["a",{"b":1}', '{"cmd":"ls","rule":["a",{"b":1}]}', 'unclosed'],
    ['no closing quote', '{"cmd":"ls -l', '{"cmd":"ls -l"}', 'unclosed'],
    ['a last comma', '{"cmd":"ls", ', '{"cmd":"ls"}', 'unclosed'],
    ['half an escape at the end', '{"cmd":"a\\', '{"cmd":"a"}', 'unclosed'],
    ['a line break inside a string', '{"cmd":"cat <<E\nx\nE"}', '{"cmd":"cat <<E\\nx\\nE"}', 'unescaped'],
    ['a key without its value', '{"cmd":', '{"cmd":', 'unreadable'],
    ['unquoted words', '{cmd: ls}', '{cmd: ls}', 'unreadable'],
    ['an array', '["ls"]', '["ls"]', 'unreadable'],
    ['brackets that do not match', '{"rule":["a"}', '{"rule":["a"}', 'unreadable'],
  ])('%s', (_, text, wanted, repair) => {
    expect(repairArguments(text, schema)).toEqual({ arguments: wanted, ...(repair && { repair }) });
  });

  test.each([
    ['count', '3', 3],
    ['ratio', '0.5', 0.5],
    ['tty', 'true', true],
    ['tty', 'False', false],
    ['rule', '["a"]', ['a']],
    ['env', '{"A":"1"}', { A: '1' }],
  ])('a string becomes the declared type of %s: %j', (key, text, value) => {
    const repaired = repairArguments(JSON.stringify({ [key]: text }), schema);
    expect(repaired).toEqual({ arguments: JSON.stringify({ [key]: value }), repair: 'coerced' });
  });

  test.each([
    ['cmd', '3'],
    ['count', '3.5'],
    ['count', 'three'],
    ['either', '3'],
    ['free', 'true'],
    ['undeclared', '3'],
    ['rule', '{"a":1}'],
    ['env', '[1]'],
  ])('a string stays a string when the schema allows it or it does not fit: %s %j', (key, text) => {
    const wire = JSON.stringify({ [key]: text });
    expect(repairArguments(wire, schema)).toEqual({ arguments: wire });
  });
});
