import { RequestError } from '../../errors/errors.ts';
import { behindString, closeBrace, closeBracket, comma, openBrace, openBracket, quote } from './json-bytes.ts';

/** No request of codex 0.80 to 0.169 and no tool schema seen comes near; thousands would overflow the stack later on. */
const maxDepth = 256;

/**
 * A megabyte of codex's requests holds some thousand values. Each takes up to a hundred bytes of memory once it is
 * parsed: 120 MiB of `[],[],…` ended a process with 4 GB of heap after minutes.
 */
const maxValues = 2_000_000;

/**
 * Looks at JSON text before it is parsed, in one pass that jumps over strings. The text is given in parts that end
 * outside of strings; whether it is valid is not looked at.
 *
 * @throws RequestError 400 for one nested too deeply, or with too many values
 */
export function checkShape(parts: readonly Buffer[]): void {
  let depth = 0;
  let values = 1;
  for (const bytes of parts) {
    for (let at = 0; at < bytes.length; at++) {
      switch (bytes[at]) {
        case quote:
          at = behindString(bytes, at + 1) - 1;
          break;
        case openBracket:
        case openBrace:
          values++;
          if (++depth > maxDepth) throw tooDeep();
          break;
        case closeBracket:
        case closeBrace:
          depth--;
          break;
        case comma:
          values++;
          break;
      }
    }
    if (values > maxValues) throw tooMany();
  }
}

function tooDeep(): RequestError {
  return new RequestError('BAD_REQUEST', 400, `The request body is nested more than ${maxDepth} levels deep.`);
}

function tooMany(): RequestError {
  return new RequestError('BAD_REQUEST', 400, `The request body holds more than ${maxValues} values.`);
}
