import {
  behindString,
  closeBrace,
  closeBracket,
  colon,
  comma,
  openBrace,
  openBracket,
  quote,
  space,
} from './json-bytes.ts';

/** Where the array `input` stands in the bytes of a request: behind its `[`, and at its `]`. */
export interface InputSpan {
  start: number;
  end: number;
}

/**
 * Finds `input` in a JSON object that is known to be valid. Undefined when it is no array, or not written plainly once.
 *
 * @param known the span of an earlier request that these bytes begin with: what it covers is not looked at again
 */
export function findInput(bytes: Buffer, known?: InputSpan): InputSpan | undefined {
  let found: InputSpan | undefined = known && { start: known.start, end: closingBracket(bytes, known.end) };
  // at the top level a quote begins a key
  let at = bytes.indexOf(quote, found?.end ?? 0);
  while (at >= 0) {
    const keyEnd = behindString(bytes, at + 1);
    const key = bytes.toString('latin1', at + 1, keyEnd - 1);
    // an escape may spell `input` too
    if (key.includes('\\')) return undefined;
    let value = keyEnd;
    while ((bytes[value] ?? quote) <= space || bytes[value] === colon) value++;
    const end = behindValue(bytes, value);
    if (key === 'input') {
      if (found || bytes[value] !== openBracket) return undefined;
      found = { start: value + 1, end: end - 1 };
    }
    at = bytes.indexOf(quote, end);
  }
  return found;
}

function behindValue(bytes: Buffer, at: number): number {
  switch (bytes[at]) {
    case quote:
      return behindString(bytes, at + 1);
    case openBracket:
    case openBrace:
      return closingBracket(bytes, at + 1) + 1;
    default: {
      let end = at;
      while (end < bytes.length && bytes[end] !== comma && bytes[end] !== closeBrace) end++;
      return end;
    }
  }
}

/** The bracket that closes the one before `at`, which stands between values. */
function closingBracket(bytes: Buffer, at: number): number {
  let depth = 1;
  while (at < bytes.length) {
    switch (bytes[at]) {
      case quote:
        at = behindString(bytes, at + 1);
        continue;
      case openBracket:
      case openBrace:
        depth++;
        break;
      case closeBracket:
      case closeBrace:
        if (--depth === 0) return at;
    }
    at++;
  }
  return at;
}
