import { expect, test } from 'vitest';
import { parseToml, stringifyToml, tomlString, tomlValue, TomlSyntaxError } from '../../../src/config/toml.ts';

test.each([
  ['large integers', 'a = 9007199254740993\n'],
  ['dates', 'a = 1979-05-27T07:32:00Z\nb = 1979-05-27\nc = 1979-05-27T07:32:00\n'],
  ['quoted tables', '[projects."/home/a b"]\ntrust_level = "trusted"\n'],
  ['lists of tables and mixed lists', 'm = [1, "a", { b = 1 }]\n[[t]]\nx = 1\n[[t]]\nx = 2\n'],
])('%s survive a round trip', (_, text) => {
  const table = parseToml(text);
  expect(parseToml(stringifyToml(table))).toEqual(table);
});

test('a syntax error has its line and no excerpt', () => {
  const error = catchError(() => parseToml('a = 1\nb = = 2\n'));
  expect(error).toBeInstanceOf(TomlSyntaxError);
  expect(error).toMatchObject({ line: 2, column: 5 });
  expect((error as Error).message).not.toContain('\n');
});

test.each(['plain', 'with "quotes" and \\', 'tab\tand\nline', 'DEL \u007f', '日本語 🙂', ''])(
  '%j is quoted',
  (text) => {
    expect(parseToml(`a = ${tomlString(text)}`)).toEqual({ a: text });
  },
);

test.each([
  ['"quoted"', 'quoted'],
  ['bare words', 'bare words'],
  ['true', true],
  ['["A"]', ['A']],
  ['{a = 1}', { a: 1 }],
])('the value %s is read as codex reads it', (text, value) => {
  expect(tomlValue(text)).toEqual(value);
});

function catchError(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test('files of Windows are read: a byte order mark, comments with CR LF', () => {
  expect(parseToml('\uFEFF# mine\r\na = 1 # why\r\n\r\n[t]\r\nb = 2\r\n')).toEqual({ a: 1, t: { b: 2 } });
});
