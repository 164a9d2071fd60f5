import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors/codes.ts';
import { CodexGlmError, ProviderError, RequestError } from '../../../src/errors/errors.ts';
import {
  toCodexError,
  toCodexGlmError,
  toOpenAiError,
  toResponseError,
  toTerminalText,
} from '../../../src/errors/present.ts';

const provider = (code: ErrorCode, details = {}) => new ProviderError(code, 'Z.ai answered 429: no', details);

describe('on a terminal', () => {
  it('message and hint stand on a line each', () => {
    const error = new CodexGlmError('USAGE', 'There is no x.', { hint: 'Use y.' });
    expect(toTerminalText(error)).toBe('There is no x.\nUse y.');
  });

  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007text', 'text'],
    ['\u001b]8;;http://x\u001b\\link', 'link'],
    ['\u009b2Jclear', 'clear'],
    ['one\r\ntwo\n\n three', 'one two three'],
    ['a\u0000b\u0008c\u007f', 'a b c'],
    ['abc\u202etxt.exe', 'abctxt.exe'],
    ['你好 🚀', '你好 🚀'],
  ])('%j becomes %j', (text, expected) => {
    expect(toTerminalText(new CodexGlmError('USAGE', text))).toBe(expected);
  });

  it('long words of a provider are cut', () => {
    expect(toTerminalText(provider('PROVIDER_FAILED'))).toHaveLength(21);
    const long = toTerminalText(new ProviderError('PROVIDER_FAILED', 'x'.repeat(1_000_000)));
    expect(long).toHaveLength(2000);
    expect(long.endsWith('…')).toBe(true);
  });
});

describe('to codex', () => {
  it('everything is a 400 with plain words, which it does not repeat', () => {
    const error = provider('PROVIDER_BALANCE', { status: 429, hint: 'Top up.' });
    expect(toCodexError(error)).toEqual({
      status: 400,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'Z.ai answered 429: no. Top up.',
    });
  });

  it.each<[ErrorCode, boolean, string]>([
    ['PROVIDER_CONTEXT_LENGTH', false, 'context_length_exceeded'],
    ['PROVIDER_CONTEXT_LENGTH', true, 'context_length_exceeded'],
    ['PROVIDER_FAILED', false, 'invalid_prompt'],
    ['PROVIDER_FAILED', true, 'stream_cut'],
    ['PROVIDER_RATE_LIMIT', false, 'invalid_prompt'],
    ['INTERNAL', false, 'invalid_prompt'],
  ])('inside a stream %s (resumable: %s) is %s', (code, resumable, expected) => {
    expect(toResponseError(provider(code), 'codex', resumable).code).toBe(expected);
  });
});

describe('to other clients', () => {
  it.each<[CodexGlmError, number, string, string]>([
    [new RequestError('BODY_TOO_LARGE', 413, 'x'), 413, 'invalid_request_error', 'body_too_large'],
    [new RequestError('UNAUTHORIZED', 401, 'x'), 401, 'authentication_error', 'invalid_api_key'],
    [new RequestError('FORBIDDEN_ORIGIN', 403, 'x'), 403, 'permission_error', 'forbidden_origin'],
    [provider('PROVIDER_RATE_LIMIT', { status: 429 }), 429, 'rate_limit_error', 'rate_limit_exceeded'],
    [provider('PROVIDER_RATE_LIMIT'), 429, 'rate_limit_error', 'rate_limit_exceeded'],
    [provider('PROVIDER_PLAN_LIMIT', { status: 429 }), 429, 'insufficient_quota', 'insufficient_quota'],
    [provider('PROVIDER_NOT_JSON', { status: 200 }), 502, 'server_error', 'provider_not_json'],
    [provider('PROVIDER_UNREACHABLE'), 502, 'server_error', 'provider_unreachable'],
    [provider('PROVIDER_TIMEOUT'), 504, 'server_error', 'provider_timeout'],
    [new CodexGlmError('PROXY_CLOSED', 'x'), 503, 'server_error', 'proxy_closed'],
    [toCodexGlmError(new TypeError('secret detail')), 500, 'server_error', 'internal'],
  ])('%s: %i %s', (error, status, type, code) => {
    const shown = toOpenAiError(error);
    expect(shown.status).toBe(status);
    expect(JSON.parse(shown.body)).toEqual({ error: { message: expect.any(String), type, code, param: null } });
    expect(shown.body).not.toContain('secret detail');
  });

  it('inside a stream the codes are OpenAI’s', () => {
    expect(toResponseError(provider('PROVIDER_RATE_LIMIT'), 'openai').code).toBe('rate_limit_exceeded');
    expect(toResponseError(provider('PROVIDER_FAILED'), 'openai').code).toBe('server_error');
    expect(toResponseError(provider('PROVIDER_REFUSED'), 'openai').code).toBe('invalid_prompt');
  });
});
