import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBodyMemory } from '../../../../src/proxy/body/body-memory.ts';
import { parseJson } from '../../../../src/proxy/body/parse-json.ts';
import { fuzzed } from '../../../helpers/fuzz.ts';

const runs = { seed: 20_261_121, numRuns: 200 };

/** Bodies below 64 KiB are not remembered. */
const padding = 'x'.repeat(70_000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value));

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('"', '\\', '\\"', ']', '}', '大🙂', '[{', '\0', '\\u0000'),
  { weight: 1, arbitrary: fc.constant('half \ud83d') },
);
const value = fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text, { maxLength: 3 }), fc.record({ a: text }));
const item = fc.record({ type: text, content: value });
const more = fc.array(item, { minLength: 1, maxLength: 4 });

/** The value, or the words of the refusal. */
function outcomeOf(parse: (bytes: Buffer) => unknown, bytes: Buffer): unknown {
  try {
    return parse(bytes);
  } catch (error) {
    return `refused: ${String(error)}`;
  }
}

function itemsOf(body: unknown): unknown[] {
  return (body as { input: unknown[] }).input;
}

describe('createBodyMemory', () => {
  it('gives what is given without a memory, for conversations that grow, repeat themselves, fork and go back', () => {
    const rest = fc.record({ tools: fc.array(value, { maxLength: 3 }), metadata: value });
    const step = fc.tuple(fc.constantFrom('grow', 'repeat', 'fork'), more, rest);
    fc.assert(
      fc.property(fc.constantFrom('tools first', 'tools last'), fc.array(step, { maxLength: 8 }), (order, steps) => {
        const memory = createBodyMemory();
        let input: unknown[] = [{ type: 'message', content: padding }];
        for (const [kind, items, fields] of steps) {
          if (kind === 'grow') input = [...input, ...items];
          if (kind === 'fork') input = [...input.slice(0, Math.max(1, input.length - 2)), ...items];
          const bytes = encode(order === 'tools last' ? { model: 'm', input, ...fields } : { ...fields, input });
          expect(outcomeOf(memory.parse, bytes)).toEqual(outcomeOf(parseJson, bytes));
        }
      }),
      fuzzed('body-memory', runs),
    );
  });

  it('gives the same item objects again', () => {
    const memory = createBodyMemory();
    const input = [{ content: padding }, { content: 'b' }];
    const first = itemsOf(memory.parse(encode({ input })));
    const second = itemsOf(memory.parse(encode({ input: [...input, { content: 'c' }] })));
    expect(second).toHaveLength(3);
    expect(second[0]).toBe(first[0]);
    expect(second[1]).toBe(first[1]);
  });

  it.each([
    ['a second input', `,{"a":1}],"input":[{"b":2}]}`],
    ['a second input in disguise', `,{"a":1}],"\\u0069nput":[{"b":2}]}`],
    ['an input inside of another field', `,{"a":1}],"metadata":{"input":[1]}}`],
    ['blanks', ` , {"a":1} ] , "tools" : [ ] }`],
    ['brackets in strings', `,{"a":"]}\\"]"}],"tools":["]"]}`],
    ['numbers and words', `,1,true,null,-2.5e3],"store":false,"n":12}`],
  ])('parses a tail with %s as JSON.parse does', (_name, tail) => {
    const memory = createBodyMemory();
    const head = `{"model":"m","input":[{"content":"${padding}"}`;
    memory.parse(Buffer.from(`${head}],"tools":[]}`));
    for (let round = 0; round < 2; round++)
      expect(memory.parse(Buffer.from(head + tail))).toEqual(JSON.parse(head + tail));
  });

  it.each([
    ['a comma without an item', Buffer.from(',]}')],
    ['an array that is not closed', Buffer.from(',{"a":1}')],
    ['half a character', Buffer.from([0x2c, 0x22, 0xe5, 0x22, 0x5d, 0x7d])],
  ])('refuses %s behind a known beginning', (_name, tail) => {
    const memory = createBodyMemory();
    const head = Buffer.from(`{"input":[{"content":"${padding}"}`);
    memory.parse(Buffer.concat([head, Buffer.from(']}')]));
    expect(() => memory.parse(Buffer.concat([head, tail]))).toThrow(/not valid/);
  });

  it('says the place in the whole body of what is wrong behind a known beginning', () => {
    const memory = createBodyMemory();
    const input: unknown[] = [{ content: padding }, { content: 'b' }];
    memory.parse(encode({ input }));
    expect(() => memory.parse(encode({ input: [...input, { content: '\ud83d' }] }))).toThrow('`input[2].content`');
    // and what was known still is
    expect(itemsOf(memory.parse(encode({ input: [...input, { content: 'c\0' }] })))[2]).toEqual({ content: 'c␀' });
  });

  it('keeps no more than it may', () => {
    const memory = createBodyMemory(150_000);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => [{ content: name + padding }]);
    const [first] = itemsOf(memory.parse(encode({ input: a })));
    for (const input of [b, c]) memory.parse(encode({ input }));
    const [again] = itemsOf(memory.parse(encode({ input: [...(a ?? []), 1] })));
    expect(again).toEqual(first);
    expect(again).not.toBe(first);
  });

  it('reads bodies into the room of those that are not needed any more', () => {
    const memory = createBodyMemory();
    const read = (value: unknown) => {
      const bytes = encode(value);
      const room = memory.room(bytes.length);
      bytes.copy(room);
      return { room, input: itemsOf(memory.parse(room)) };
    };
    const grown = Array.from({ length: 6 }, (_, n) => ({ content: n === 0 ? padding : `${n}` }));
    const reads = [1, 2, 3, 4, 5, 6].map((count) => read({ input: grown.slice(0, count) }));
    expect(reads[2]?.room.buffer).toBe(reads[0]?.room.buffer);
    expect(reads.map(({ input }) => input)).toEqual([1, 2, 3, 4, 5, 6].map((count) => grown.slice(0, count)));
  });
});
