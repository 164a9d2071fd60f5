import { isUtf8 } from 'node:buffer';
import { RequestError } from '../../errors/errors.ts';
import { checkShape } from './json-shape.ts';

/**
 * The value of a JSON text, given in parts that end between characters.
 *
 * @throws RequestError 400 for anything but UTF-8 JSON of reasonable depth and size.
 */
export function parseJson(...parts: readonly Buffer[]): unknown {
  if (!parts.every((part) => isUtf8(part)))
    throw new RequestError('BAD_REQUEST', 400, 'The request body is not valid UTF-8.');
  checkShape(parts);
  return parse(parts);
}

function parse(parts: readonly Buffer[]): unknown {
  try {
    const text = parts.map((part) => part.toString('utf8')).join('');
    // valid UTF-8 holds no half characters, only escapes do; codex never sends such (0.80 to 0.169)
    return JSON.parse(text, text.includes('\\ud') || text.includes('\\uD') ? withoutHalves : undefined);
  } catch (error) {
    throw new RequestError('BAD_REQUEST', 400, 'The request body is not valid JSON.', { cause: error });
  }
}

/** Reviver: no UTF-8 can spell half a character, so a provider could do nothing with it. */
function withoutHalves(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\ufffd') : value;
}
