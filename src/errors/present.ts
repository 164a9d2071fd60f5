/**
 * How an error is shown: on a terminal, as an HTTP answer, inside a stream. Two dialects: codex, which decides by status
 * and code whether it asks again (seen with codex 0.169), and everybody else, who gets OpenAI's error shape.
 */
import type { ErrorCode } from './codes.ts';
import { CodexGlmError, ProviderError, RequestError } from './errors.ts';

export type Dialect = 'codex' | 'openai';

export interface HttpError {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Message and hint, one line each. */
export function toTerminalText(error: CodexGlmError): string {
  return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
}

/** OpenAI's error shape with the true status. */
export function toOpenAiError(error: CodexGlmError): HttpError {
  const status = statusOf(error);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (error instanceof ProviderError && error.retryAfterMs !== undefined)
    headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000));
  const { type, code } = openAiNames(error.code, status);
  return { status, headers, body: JSON.stringify({ error: { message: sentences(error), type, code, param: null } }) };
}

/**
 * The answer that ends codex's turn at once: codex 0.169 shows the plain body of a 400 as it is, and asks again after
 * nearly every other status, up to 30 times. A conversation that is too long can't be said this way: only a stream that
 * fails with `context_length_exceeded` is understood by every version.
 */
export function toCodexError(error: CodexGlmError): HttpError {
  return { status: 400, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: sentences(error) };
}

/**
 * The error of a `response.failed`. Codex 0.169 ends the turn and shows the message for `invalid_prompt`; for codes that
 * it does not know it regenerates the answer.
 *
 * @param resumable the answer had begun and broke off by accident: asking again is right, and codex does it.
 */
export function toResponseError(
  error: CodexGlmError,
  dialect: Dialect,
  resumable = false,
): { code: string; message: string } {
  const message = sentences(error);
  if (error.code === 'PROVIDER_CONTEXT_LENGTH') return { code: 'context_length_exceeded', message };
  if (resumable) return { code: 'stream_cut', message };
  if (dialect === 'codex') return { code: 'invalid_prompt', message };
  if (error.code === 'PROVIDER_RATE_LIMIT') return { code: 'rate_limit_exceeded', message };
  return { code: statusOf(error) < 500 ? 'invalid_prompt' : 'server_error', message };
}

/** Any thrown value as an error with a code; a bug of ours keeps its details for the log, in `cause`. */
export function toCodexGlmError(error: unknown): CodexGlmError {
  if (error instanceof CodexGlmError) return error;
  return new CodexGlmError('INTERNAL', 'codex-glm failed inside while it handled this request.', {
    hint: 'This is a bug; please report it with the log.',
    cause: error,
  });
}

function sentences(error: CodexGlmError): string {
  const { message, hint } = error;
  return hint === undefined ? message : `${message}${/[.!?。!?…"]$/.test(message) ? '' : '.'} ${hint}`;
}

function statusOf(error: CodexGlmError): number {
  if (error instanceof RequestError) return error.status;
  if (error instanceof ProviderError && error.status !== undefined && error.status >= 400) return error.status;
  return statusByCode[error.code] ?? 500;
}

/** For errors that came without a status of their own. */
const statusByCode: Partial<Record<ErrorCode, number>> = {
  PROVIDER_UNREACHABLE: 502,
  PROVIDER_TIMEOUT: 504,
  PROVIDER_AUTH: 401,
  PROVIDER_BALANCE: 429,
  PROVIDER_PLAN_LIMIT: 429,
  PROVIDER_RATE_LIMIT: 429,
  PROVIDER_OVERLOADED: 503,
  PROVIDER_CONTEXT_LENGTH: 400,
  PROVIDER_MODEL_NOT_FOUND: 404,
  PROVIDER_REFUSED: 400,
  PROVIDER_CONTENT_FILTER: 400,
  PROVIDER_FAILED: 502,
  PROVIDER_STREAM_CUT: 502,
  PROVIDER_EMPTY_ANSWER: 502,
  PROVIDER_NOT_JSON: 502,
  PROXY_CLOSED: 503,
  CODEX_ENDED: 503,
  CODEX_NOT_STARTED: 503,
  CODEX_REFUSED: 500,
};

/** OpenAI's names for what it has names for. Source: OpenAI's error code guide. */
const openAiCodes: Partial<Record<ErrorCode, string>> = {
  PROVIDER_AUTH: 'invalid_api_key',
  UNAUTHORIZED: 'invalid_api_key',
  PROVIDER_BALANCE: 'insufficient_quota',
  PROVIDER_PLAN_LIMIT: 'insufficient_quota',
  PROVIDER_RATE_LIMIT: 'rate_limit_exceeded',
  PROVIDER_CONTEXT_LENGTH: 'context_length_exceeded',
  PROVIDER_MODEL_NOT_FOUND: 'model_not_found',
};

function openAiNames(errorCode: ErrorCode, status: number): { type: string; code: string } {
  const code = openAiCodes[errorCode] ?? errorCode.toLowerCase();
  if (code === 'insufficient_quota') return { type: code, code };
  if (status === 401) return { type: 'authentication_error', code };
  if (status === 403) return { type: 'permission_error', code };
  if (status === 429) return { type: 'rate_limit_error', code };
  return { type: status >= 500 ? 'server_error' : 'invalid_request_error', code };
}
