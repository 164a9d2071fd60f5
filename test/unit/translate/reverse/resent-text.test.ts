import { expect, test } from 'vitest';
import { createResentText } from '../../../../src/translate/reverse/resent-text.ts';

/** What a client reads: `before`, then a break that makes `length` characters void, then `after`. */
function read(before: readonly string[], length: number, after: readonly string[]): string {
  const text = createResentText();
  const told = before.map((part) => text.take(part));
  text.expect(length);
  return [...told, ...after.map((part) => text.take(part)), text.rest()].join('');
}

test.each([
  ['the same again', ['Hel', 'lo'], 5, ['He', 'llo', ' world'], 'Hello world'],
  ['nothing more', ['Hello'], 5, ['Hello'], 'Hello'],
  ['something else', ['Hello'], 5, ['He', 'y you'], 'Hello\n\nHey you'],
  ['something else at once', ['Hello'], 5, ['No'], 'Hello\n\nNo'],
  ['a shorter one', ['Hello'], 5, ['Hell'], 'Hello\n\nHell'],
  ['a second message', ['One.', '\n\nTw'], 4, ['\n\nTwo.'], 'One.\n\nTwo.'],
  ['another second message', ['One.', '\n\nTw'], 4, ['\n\nThree.'], 'One.\n\nTw\n\nThree.'],
])('%s', (_, before, length, after, expected) => {
  expect(read(before, length, after)).toBe(expected);
});

test('a repetition may break off too', () => {
  const text = createResentText();
  const told = [text.take('Hello')];
  text.expect(5);
  told.push(text.take('Hel'));
  text.expect(3);
  told.push(text.take('Hello world'), text.rest());
  expect(told.join('')).toBe('Hello world');
});

test('a message may break off twice', () => {
  const text = createResentText();
  const told = [text.take('Hello')];
  text.expect(5);
  told.push(text.take('Hello wor'));
  text.expect(9);
  told.push(text.take('Hello world'), text.rest());
  expect(told.join('')).toBe('Hello world');
});
