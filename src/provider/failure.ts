import { ProviderError } from '../errors/errors.ts';
import { glmCodes, meaningOfStatus, miniMaxCodes, wordCodes, type FailureMeaning } from './failure-table.ts';
import { redact } from './redact.ts';

/** Who failed, for the words of the error. */
export interface FailureContext {
  /** The provider's name, for people. */
  provider: string;
  /** Environment variables that hold its key, for the hint of a refused key. */
  keyVariables: readonly string[];
  /** Texts that must not appear in an error. */
  secrets: readonly string[];
}

export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What was found in an error body, whatever its shape. */
interface ProviderWords {
  code?: string;
  message: string;
  table?: Readonly<Record<string, FailureMeaning>>;
}

/**
 * A non-2xx answer as an error. Bodies are accepted in every shape seen in 2026: `{error: {code, message}}` (OpenAI,
 * GLM), `{code, message | msg}` (z.ai's reference), `{error: "text"}`, `{detail}` (FastAPI), `{base_resp}` (MiniMax),
 * plain text, HTML, nothing.
 */
export function failureOfAnswer(
  status: number,
  headers: ResponseHeaders,
  body: string,
  context: FailureContext,
): ProviderError {
  if (compressionOf(headers) !== undefined) return buildError({ status, headers, words: { message: '' }, context });
  if (looksLikeHtml(body)) return htmlFailure(status, headers, body, context);
  const words = wordsOf(parseJson(body)) ?? { message: body.trim() };
  return buildError({ status, headers, words, context });
}

/**
 * The error inside a frame of a 200 answer: top-level `error` without `choices` (GLM), with a numeric code that is an
 * HTTP status (OpenRouter), MiniMax's `base_resp`, or the events `error` and `response.failed` of a Responses API.
 * `undefined` when the frame is no failure.
 */
export function failureOfFrame(
  frame: unknown,
  headers: ResponseHeaders,
  context: FailureContext,
): ProviderError | undefined {
  const words = isObject(frame) ? wordsOf(failedPart(frame)) : undefined;
  if (!words) return undefined;
  const numeric = Number(words.code);
  const status = numeric >= 400 && numeric < 600 ? numeric : undefined;
  return buildError({ status, headers, words, context });
}

/** A 200 answer, or an error, that is a web page or other text where JSON belongs. */
export function notJsonFailure(
  status: number,
  headers: ResponseHeaders,
  body: string,
  context: FailureContext,
): ProviderError {
  if (looksLikeHtml(body)) return htmlFailure(status, headers, body, context);
  return new ProviderError(
    'PROVIDER_NOT_JSON',
    `${context.provider} answered ${status} with something that is no chat completion: ${excerpt(body, context)}`,
    { status, requestId: requestIdOf(headers), hint: checkUrl },
  );
}

/** We ask for no compression, so nothing is ever unpacked: a small answer can't become a large one. */
export function compressionOf(headers: ResponseHeaders): string | undefined {
  const encoding = headerText(headers, 'content-encoding')?.trim().toLowerCase();
  return encoding === '' || encoding === 'identity' ? undefined : encoding;
}

/** A 200 answer that can't be read. */
export function compressedFailure(
  status: number,
  headers: ResponseHeaders,
  encoding: string,
  context: FailureContext,
): ProviderError {
  return new ProviderError(
    'PROVIDER_NOT_JSON',
    `${context.provider} answered ${status} with a compressed body (${excerpt(encoding, context)}), which nobody asked for.`,
    { status, requestId: requestIdOf(headers), hint: checkUrl },
  );
}

const checkUrl = 'Check the base URL, and whether a gateway or proxy stands in between.';

function htmlFailure(status: number, headers: ResponseHeaders, body: string, context: FailureContext): ProviderError {
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1]?.trim();
  const words = title || body.replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ');
  return new ProviderError(
    'PROVIDER_NOT_JSON',
    `${context.provider} answered ${status} with a web page instead of JSON: "${excerpt(words, context)}"`,
    { status, requestId: requestIdOf(headers), hint: checkUrl, retryable: status >= 500 },
  );
}

function buildError(failure: {
  status: number | undefined;
  headers: ResponseHeaders;
  words: ProviderWords;
  context: FailureContext;
}): ProviderError {
  const { status, headers, words, context } = failure;
  const providerMessage = redact(words.message, context.secrets);
  const providerCode = words.code === undefined ? undefined : redact(words.code, context.secrets);
  const meaning = meaningOf(status, words);
  const requestId = requestIdOf(headers);
  const waitMs = retryAfterMs(headers);
  const subject = status === undefined ? 'reported an error' : `answered ${status}`;
  const code = providerCode === undefined || providerCode === String(status) ? '' : ` (code ${providerCode})`;
  return new ProviderError(
    meaning.code,
    `${context.provider} ${subject}${code}: ${providerMessage || 'no explanation was given.'}`,
    {
      status,
      providerCode,
      providerMessage,
      requestId,
      retryable: meaning.retries !== undefined,
      maxRetries: meaning.retries,
      retryAfterMs: waitMs,
      hint: hintOf(meaning, providerMessage, waitMs, context),
    },
  );
}

function meaningOf(status: number | undefined, { code, message, table }: ProviderWords): FailureMeaning {
  const row = code === undefined ? undefined : (rowOf(table ?? glmCodes, code) ?? rowOf(wordCodes, code));
  const known = row && (status === undefined || row.onlyStatus === undefined || row.onlyStatus === status);
  const meaning = known ? row : meaningOfStatus(status ?? 500);
  const maybeOverflow = meaning.code === 'PROVIDER_REFUSED' || status === 413;
  return maybeOverflow && overflow.test(message) ? { code: 'PROVIDER_CONTEXT_LENGTH' } : meaning;
}

function rowOf(table: Readonly<Record<string, FailureMeaning>>, code: string): FailureMeaning | undefined {
  // a code comes from outside and may be "constructor"
  return Object.hasOwn(table, code) ? table[code] : undefined;
}

/**
 * A prompt that is too long, where no code says so: GLM hides it behind 1210 as "tokens in request more than max
 * tokens allowed" (opencode issue 35671, 2026); OpenAI and vLLM speak of "maximum context length".
 */
const overflow =
  /maximum context length|context[_ ](length|window)[_ ](is )?exceeded|exceeds? (the )?(model'?s )?(maximum )?context|tokens in request more than max tokens|(prompt|input) (is )?too long/i;

function hintOf(
  meaning: FailureMeaning,
  message: string,
  waitMs: number | undefined,
  context: FailureContext,
): string | undefined {
  const sentences = [meaning.hint ?? ''];
  const resetsAt = meaning.code === 'PROVIDER_PLAN_LIMIT' ? resetTime(message) : undefined;
  if (resetsAt) sentences.unshift(`It resets at ${resetsAt} (local time).`);
  if (meaning.code === 'PROVIDER_AUTH' && context.keyVariables.length > 0)
    sentences.push(`It is read from ${context.keyVariables.join(' or ')}.`);
  if (waitMs) sentences.push(`The provider asks to wait ${Math.ceil(waitMs / 1000)} s.`);
  return sentences.filter(Boolean).join(' ') || undefined;
}

/** GLM names reset times in UTC+8, without saying so (seen 2026-09 and 2026-10). */
function resetTime(message: string): string | undefined {
  const found = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/.exec(message);
  const time = found && new Date(`${found[1]}T${found[2]}+08:00`);
  if (!time || Number.isNaN(time.getTime())) return undefined;
  const date = `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}`;
  return `${date} ${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** The part of a frame that says what failed; `undefined` when nothing did. */
function failedPart(frame: Record<string, unknown>): unknown {
  const { type, response } = frame;
  if (type === 'response.failed' && isObject(response)) return isFailureFrame(response) ? response : undefined;
  return type === 'error' || isFailureFrame(frame) ? frame : undefined;
}

function isFailureFrame(frame: Record<string, unknown>): boolean {
  if (frame['error'] !== undefined && frame['error'] !== null) return true;
  if (isObject(frame['base_resp'])) return Number(frame['base_resp']['status_code'] ?? 0) !== 0;
  return frame['choices'] === undefined && frame['success'] === false;
}

/** Finds code and message in a parsed body; `undefined` when there is none. */
function wordsOf(body: unknown): ProviderWords | undefined {
  if (!isObject(body)) return undefined;
  const { error, base_resp: baseResp, detail } = body;
  if (isObject(baseResp)) return { ...words(baseResp['status_code'], baseResp['status_msg']), table: miniMaxCodes };
  if (isObject(error)) {
    const { code, type, message, metadata } = error;
    // OpenRouter: the failing host's own body, as text
    const raw = isObject(metadata) ? metadata['raw'] : undefined;
    return words(code ?? type, typeof raw === 'string' && raw !== '' ? `${textOf(message)}: ${raw}` : message);
  }
  if (error !== undefined && error !== null) return words(body['code'], error);
  if (detail !== undefined) return words(body['code'], detail);
  const message = body['message'] ?? body['msg'];
  return message === undefined ? undefined : words(body['code'], message);
}

function words(code: unknown, message: unknown): ProviderWords {
  const text = textOf(message);
  return typeof code === 'string' || typeof code === 'number'
    ? { code: String(code), message: text }
    : { message: text };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

const longestRetryAfterMs = 24 * 3_600_000;

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110). */
function retryAfterMs(headers: ResponseHeaders): number | undefined {
  const value = headerText(headers, 'retry-after');
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const delayMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(delayMs) ? Math.min(Math.max(0, delayMs), longestRetryAfterMs) : undefined;
}

function requestIdOf(headers: ResponseHeaders): string | undefined {
  for (const name of ['x-request-id', 'x-log-id', 'x-generation-id', 'cf-ray']) {
    const value = headerText(headers, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function headerText(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

function looksLikeHtml(body: string): boolean {
  return /^\s*<(!doctype|html|head|body|title|h1|center|\?xml)\b/i.test(body);
}

function excerpt(text: string, context: FailureContext): string {
  const line = redact(text, context.secrets).replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line || 'an empty body';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
