import type { ErrorCode } from './codes.ts';
import { plainText } from './plain-text.ts';

export interface ErrorOptionsWithHint {
  /** What to do next: one sentence, imperative. */
  hint?: string | undefined;
  cause?: unknown;
}

/**
 * Base of all errors that are shown to a person. `message` says what failed and on what; never a key, never a stack. It and
 * the hint are one line of printable text, whatever words of others are in them.
 */
export class CodexGlmError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptionsWithHint = {}) {
    super(plainText(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint === undefined ? undefined : plainText(options.hint);
  }
}

/** The command line or an environment variable is wrong; exit status 2. */
export class UsageError extends CodexGlmError {}

/** The user said no; exit status 130. */
export class CancelledError extends CodexGlmError {
  constructor(what: string) {
    super('CANCELLED', `${what} was cancelled; nothing was changed.`);
  }
}

/** codex is missing or could not be started; exit status 127 for CODEX_NOT_FOUND, else 1. */
export class CodexError extends CodexGlmError {}

/** A client of the proxy asked for something that cannot be served. */
export class RequestError extends CodexGlmError {
  /** HTTP status for the client. */
  readonly status: number;

  constructor(code: ErrorCode, status: number, message: string, options: ErrorOptionsWithHint = {}) {
    super(code, message, options);
    this.status = status;
  }
}

export interface ProviderErrorDetails extends ErrorOptionsWithHint {
  /** HTTP status of the provider's answer; absent when there was none. */
  status?: number | undefined;
  /** The provider's own error code, as text ("1113", "insufficient_quota"). */
  providerCode?: string | undefined;
  /** The provider's own words, unchanged. */
  providerMessage?: string | undefined;
  /** The provider's request id, for its support. */
  requestId?: string | undefined;
  /** May the same request succeed a little later? */
  retryable?: boolean | undefined;
  /** How often at most; absent: as often as the budget allows. */
  maxRetries?: number | undefined;
  /** How long the provider asked to wait. */
  retryAfterMs?: number | undefined;
}

/** The provider refused, failed or could not be reached. */
export class ProviderError extends CodexGlmError {
  readonly status: number | undefined;
  readonly providerCode: string | undefined;
  readonly providerMessage: string | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly maxRetries: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ProviderErrorDetails = {}) {
    super(code, message, details);
    this.status = details.status;
    this.providerCode = details.providerCode;
    this.providerMessage = details.providerMessage;
    this.requestId = details.requestId;
    this.retryable = details.retryable ?? false;
    this.maxRetries = details.maxRetries;
    this.retryAfterMs = details.retryAfterMs;
  }
}
