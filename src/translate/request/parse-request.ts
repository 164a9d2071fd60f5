import { RequestError } from '../../errors/errors.ts';
import type { ResponsesRequest } from '../../protocol/responses.ts';

/**
 * Checks the outline of a `POST /responses` body: the fields that the translation reads have a type it can work with.
 * Items, parts and tools are looked at one by one later, where an unknown one is dropped instead of refused.
 *
 * @throws RequestError BAD_REQUEST (400) that names the field.
 */
export function parseResponsesRequest(body: unknown): ResponsesRequest {
  if (!isObject(body)) throw bad('The request body', 'a JSON object', body);
  const { model, input } = body;
  if (model !== undefined && model !== null && typeof model !== 'string') throw bad('`model`', 'a string', model);
  if (typeof input !== 'string' && !Array.isArray(input)) throw bad('`input`', 'a string or an array of items', input);
  expect(body, 'instructions', 'a string', (value) => typeof value === 'string');
  expect(body, 'tools', 'an array', Array.isArray);
  expect(body, 'reasoning', 'an object', isObject);
  expect(body, 'text', 'an object', isObject);
  expect(body, 'stream', 'a boolean', (value) => typeof value === 'boolean');
  expect(body, 'max_output_tokens', 'a positive integer', (value) => Number.isInteger(value) && Number(value) > 0);
  expect(body, 'temperature', 'a number', Number.isFinite);
  expect(body, 'top_p', 'a number', Number.isFinite);
  return { ...body, model: model ?? '', input } as ResponsesRequest;
}

function expect(body: Record<string, unknown>, field: string, what: string, test: (value: unknown) => boolean): void {
  const value = body[field];
  if (value !== undefined && value !== null && !test(value)) throw bad(`\`${field}\``, what, value);
}

function bad(subject: string, expected: string, got: unknown): RequestError {
  const actual = got === null ? 'null' : Array.isArray(got) ? 'an array' : got === undefined ? 'nothing' : typeof got;
  return new RequestError('BAD_REQUEST', 400, `${subject} must be ${expected}, got ${actual}.`);
}

/** Any JSON object that is not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
