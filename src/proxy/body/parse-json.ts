import { isUtf8 } from 'node:buffer';
import { RequestError } from '../../errors/errors.ts';
import { checkText } from './check-text.ts';
import { checkShape } from './json-shape.ts';

/**
 * The value of a JSON text, given in parts that end between characters.
 *
 * @throws RequestError 400 for anything but UTF-8 JSON of reasonable depth and size, without halves of characters.
 */
export function parseJson(...parts: readonly Buffer[]): unknown {
  if (!parts.every((part) => isUtf8(part)))
    throw new RequestError('BAD_REQUEST', 400, 'The request body is not valid UTF-8.');
  checkShape(parts);
  return parse(parts);
}

function parse(parts: readonly Buffer[]): unknown {
  const text = parts.map((part) => part.toString('utf8')).join('');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RequestError('BAD_REQUEST', 400, 'The request body is not valid JSON.', { cause: error });
  }
  checkText(value, text);
  return value;
}
