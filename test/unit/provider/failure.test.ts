import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors/codes.ts';
import { failureOfAnswer, failureOfFrame } from '../../../src/provider/failure.ts';
import { glmCodes } from '../../../src/provider/failure-table.ts';
import { redact } from '../../../src/provider/redact.ts';

const context = { provider: 'Z.ai', keyVariables: ['ZAI_API_KEY', 'Z_AI_API_KEY'], secrets: ['id12.secret34'] };
const answer = (status: number, body: unknown, headers = {}) =>
  failureOfAnswer(status, headers, typeof body === 'string' ? body : JSON.stringify(body), context);

const two = (value: number) => String(value).padStart(2, '0');

describe('an error body is understood in every shape', () => {
  it.each([
    ['GLM and OpenAI', { error: { code: '1302', message: 'slow' } }, '1302', 'slow'],
    ['a numeric code', { error: { code: 1302, message: 'slow' } }, '1302', 'slow'],
    ['a type instead of a code', { error: { type: 'rate_limit_error', message: 'slow' } }, 'rate_limit_error', 'slow'],
    ['flat, with message', { code: 1302, message: 'slow' }, '1302', 'slow'],
    ['flat, with msg', { code: 1302, msg: 'slow', success: false }, '1302', 'slow'],
    ['a text as error', { error: 'slow' }, undefined, 'slow'],
    ['FastAPI', { detail: 'slow' }, undefined, 'slow'],
    ['FastAPI, structured', { detail: [{ loc: ['body'], msg: 'slow' }] }, undefined, '[{"loc":["body"],"msg":"slow"}]'],
    ['MiniMax', { base_resp: { status_code: 1002, status_msg: 'slow' } }, '1002', 'slow'],
    ['Anthropic', { type: 'error', error: { type: 'overloaded_error', message: 'slow' } }, 'overloaded_error', 'slow'],
    [
      'OpenRouter',
      { error: { code: 429, message: 'slow', metadata: { raw: 'host says no' } } },
      '429',
      'slow: host says no',
    ],
    ['plain text', 'slow', undefined, 'slow'],
    ['nothing', '', undefined, ''],
  ])('%s', (_name, body, providerCode, providerMessage) => {
    const error = answer(429, body);
    expect({ providerCode: error.providerCode, providerMessage: error.providerMessage }).toEqual({
      providerCode,
      providerMessage,
    });
  });

  it.each([
    'null',
    '[]',
    '42',
    '{',
    '{"error":null}',
    '{"error":{}}',
    '{"error":[1]}',
    '{"error":{"message":{"a":1}}}',
  ])('and %s does not break it', (body) => {
    expect(answer(500, body)).toMatchObject({ code: 'PROVIDER_FAILED', retryable: true, status: 500 });
  });
});

describe('what a failure means', () => {
  const cases: [
    status: number,
    code: string | number | undefined,
    message: string,
    meaning: ErrorCode,
    retryable: boolean,
  ][] = [
    [401, '1000', '', 'PROVIDER_AUTH', false],
    [429, '1113', '', 'PROVIDER_BALANCE', false],
    [400, '1210', 'Invalid API parameter', 'PROVIDER_REFUSED', false],
    [400, '1210', 'tokens in request more than max tokens allowed', 'PROVIDER_CONTEXT_LENGTH', false],
    [400, '1210', 'max_tokens must be at most 131072', 'PROVIDER_REFUSED', false],
    [400, '1211', '', 'PROVIDER_MODEL_NOT_FOUND', false],
    [403, '1220', '', 'PROVIDER_REFUSED', false],
    [500, '1230', '', 'PROVIDER_FAILED', true],
    [500, '1234', '', 'PROVIDER_FAILED', true],
    [400, '1261', '', 'PROVIDER_CONTEXT_LENGTH', false],
    [400, '1301', '', 'PROVIDER_CONTENT_FILTER', false],
    [429, '1302', '', 'PROVIDER_RATE_LIMIT', true],
    [429, '1304', '', 'PROVIDER_PLAN_LIMIT', false],
    [429, '1305', '', 'PROVIDER_OVERLOADED', true],
    [429, '1308', '', 'PROVIDER_PLAN_LIMIT', false],
    [429, '1311', '', 'PROVIDER_PLAN_LIMIT', false],
    // Mistral's rate limit has the number of GLM's content policy
    [429, '1300', 'Rate limit exceeded', 'PROVIDER_RATE_LIMIT', true],
    [429, 'insufficient_quota', '', 'PROVIDER_BALANCE', false],
    [404, 'model_not_found', '', 'PROVIDER_MODEL_NOT_FOUND', false],
    [400, 'context_length_exceeded', '', 'PROVIDER_CONTEXT_LENGTH', false],
    [400, undefined, "This model's maximum context length is 8192 tokens", 'PROVIDER_CONTEXT_LENGTH', false],
    [413, undefined, 'prompt is too long: 9 tokens', 'PROVIDER_CONTEXT_LENGTH', false],
    [402, undefined, '', 'PROVIDER_BALANCE', false],
    [403, undefined, '', 'PROVIDER_AUTH', false],
    [404, undefined, '', 'PROVIDER_REFUSED', false],
    [422, undefined, '', 'PROVIDER_REFUSED', false],
    [301, undefined, '', 'PROVIDER_REFUSED', false],
    [429, undefined, '', 'PROVIDER_RATE_LIMIT', true],
    [429, '9999', '', 'PROVIDER_RATE_LIMIT', true],
    [400, 'constructor', '', 'PROVIDER_REFUSED', false],
    [502, undefined, '', 'PROVIDER_FAILED', true],
    [503, undefined, '', 'PROVIDER_OVERLOADED', true],
    [529, undefined, '', 'PROVIDER_OVERLOADED', true],
  ];
  it.each(cases)('%i, code %s, "%s": %s', (status, code, message, meaning, retryable) => {
    expect(answer(status, { error: { code, message } })).toMatchObject({ code: meaning, retryable, status });
  });

  it('every code of GLM that may not pass tells what to do, apart from bad requests and overflow', () => {
    for (const [code, meaning] of Object.entries(glmCodes)) {
      const silent =
        meaning.retries !== undefined || ['PROVIDER_REFUSED', 'PROVIDER_CONTEXT_LENGTH'].includes(meaning.code);
      if (!silent) expect(meaning.hint, code).toMatch(/\.$/);
    }
  });
});

it.each([
  ['1230', 3],
  ['1234', 2],
  ['1302', 3],
  ['1113', undefined],
])('code %s is repeated %s times at most', (code, maxRetries) => {
  expect(answer(500, { error: { code, message: '' } })).toMatchObject({ maxRetries });
});

describe('the words of a failure', () => {
  it('name the provider, the status, the code and the provider’s own words', () => {
    const error = answer(429, { error: { code: '1113', message: 'Insufficient balance' } });
    expect(error.message).toBe('Z.ai answered 429 (code 1113): Insufficient balance');
    expect(error.hint).toContain('a Coding Plan key works only on the coding endpoint');
  });

  it('name the variable of a refused key', () => {
    expect(answer(401, '').hint).toContain('It is read from ZAI_API_KEY or Z_AI_API_KEY.');
  });

  it('say when a plan resets, read as UTC+8', () => {
    const { hint } = answer(429, { error: { code: '1310', message: 'Your limit will reset at 2026-10-12 09:30:00' } });
    const time = new Date('2026-10-12T01:30:00Z');
    expect(hint).toContain(
      `It resets at 2026-10-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`,
    );
  });

  it('keep the request id and Retry-After, as seconds or as a date', () => {
    const error = answer(429, '', { 'x-log-id': '20261121abc', 'retry-after': '7' });
    expect(error).toMatchObject({ requestId: '20261121abc', retryAfterMs: 7000 });
    expect(error.hint).toContain('asks to wait 7 s');
    const later = new Date(Date.now() + 60_000).toUTCString();
    const waitMs = answer(429, '', { 'retry-after': later }).retryAfterMs;
    expect(waitMs).toBeGreaterThan(50_000);
    expect(waitMs).toBeLessThanOrEqual(60_000);
    expect(answer(429, '', { 'retry-after': 'soon' }).retryAfterMs).toBeUndefined();
  });

  it('quote the title of a web page', () => {
    const error = answer(405, '<!DOCTYPE html><html><head><title> 405 Not\nAllowed </title></head></html>');
    expect(error).toMatchObject({ code: 'PROVIDER_NOT_JSON', retryable: false });
    expect(error.message).toBe('Z.ai answered 405 with a web page instead of JSON: "405 Not Allowed"');
  });

  it('never hold the key, nor its secret half', () => {
    const error = answer(401, { error: { message: 'bad key id12.secret34, secret34' } });
    expect(error.message).toBe('Z.ai answered 401: bad key [key], [key]');
    expect(error.providerMessage).not.toContain('secret34');
  });
});

describe('a failure inside a stream', () => {
  it.each([
    [{ error: { code: '1302', message: 'slow' } }, 'PROVIDER_RATE_LIMIT', undefined],
    [{ error: { code: 502, message: 'host down' }, choices: [{ finish_reason: 'error' }] }, 'PROVIDER_FAILED', 502],
    [{ error: { code: 402, message: 'no credits' } }, 'PROVIDER_BALANCE', 402],
    [{ base_resp: { status_code: 1008, status_msg: 'no balance' } }, 'PROVIDER_BALANCE', undefined],
    [{ error: 'something' }, 'PROVIDER_FAILED', undefined],
    [{ code: 500, msg: 'broken', success: false }, 'PROVIDER_FAILED', 500],
  ])('%j', (frame, code, status) => {
    expect(failureOfFrame(frame, {}, context)).toMatchObject({ code, status });
  });

  it.each([
    [{ choices: [] }],
    [{ error: null, choices: [] }],
    [{ base_resp: { status_code: 0, status_msg: '' }, choices: [] }],
    [{ usage: {} }],
    [null],
  ])('is not seen in %j', (frame) => {
    expect(failureOfFrame(frame, {}, context)).toBeUndefined();
  });
});

describe('redact', () => {
  it.each([
    ['Bearer id12.secret34!', 'Bearer [key]!'],
    ['only secret34', 'only [key]'],
    ['nothing here', 'nothing here'],
  ])('%s', (text, expected) => {
    expect(redact(text, ['id12.secret34'])).toBe(expected);
  });

  it('leaves texts alone when a secret is too short to be one', () => {
    expect(redact('a test', ['t', ''])).toBe('a test');
  });
});
