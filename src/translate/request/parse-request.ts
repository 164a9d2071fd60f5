import { RequestError } from '../../errors/errors.ts';
import type { ResponsesRequest } from '../../protocol/responses.ts';

type Check = readonly [field: string, what: string, test: (value: unknown) => boolean];

const isText = (value: unknown) => typeof value === 'string';
const isBoolean = (value: unknown) => typeof value === 'boolean';

/** Every field that is read, or given back in the response. Absent and null are the same. */
const checks: readonly Check[] = [
  ['instructions', 'a string', isText],
  ['tools', 'an array', Array.isArray],
  ['tool_choice', 'a string or an object', (value) => isText(value) || isObject(value)],
  ['parallel_tool_calls', 'a boolean', isBoolean],
  ['reasoning', 'an object', isObject],
  ['text', 'an object', isObject],
  ['stream', 'a boolean', isBoolean],
  ['store', 'a boolean', isBoolean],
  ['max_output_tokens', 'a positive integer', (value) => Number.isInteger(value) && Number(value) > 0],
  ['temperature', 'a number', Number.isFinite],
  ['top_p', 'a number', Number.isFinite],
  [
    'stop',
    'a string or an array of strings',
    (value) => isText(value) || (Array.isArray(value) && value.every(isText)),
  ],
  ['previous_response_id', 'a string', isText],
  ['prompt_cache_key', 'a string', isText],
  ['metadata', 'an object', isObject],
  ['client_metadata', 'an object', isObject],
];

/** They name what only OpenAI has: left out, the model would answer without what the client relies on. */
const refused: readonly (readonly [field: string, instead: string])[] = [
  ['conversation', 'Continue a response by `previous_response_id`.'],
  ['prompt', 'Send the text itself, as `instructions` and `input`.'],
];

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
  for (const [field, what, test] of checks) expect(body, field, what, test);
  for (const [field, instead] of refused) {
    if (body[field] === undefined || body[field] === null) continue;
    throw new RequestError('BAD_REQUEST', 400, `\`${field}\` is not supported here.`, { hint: instead });
  }
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
