import type { ProviderError } from '../errors/errors.ts';

/** Requests for one response, the first included: with codex's own behaviour a turn of 500s stays below five. */
const maxAttempts = 4;
/** A connection attempt takes 15 s to time out: twice is enough. */
const maxTimeouts = 2;
/** Longer than this nobody waits without being told. */
const maxRetryAfterMs = 20_000;
const maxTotalWaitMs = 30_000;

export interface RetryBudgetOptions {
  /** Pause before the second attempt; doubles with each further one. */
  firstDelayMs: number;
  /** In [0, 1). */
  random: () => number;
}

/** The attempts that one response may cost. */
export interface RetryBudget {
  /** After a failed attempt: how long to wait before the next one, or `undefined` to give up. */
  delayAfter(error: ProviderError): number | undefined;
}

export function createRetryBudget({ firstDelayMs, random }: RetryBudgetOptions): RetryBudget {
  let attempts = 0;
  let timeouts = 0;
  let waitedMs = 0;
  return {
    delayAfter(error) {
      attempts++;
      if (error.code === 'PROVIDER_TIMEOUT') timeouts++;
      if (!error.retryable || timeouts >= maxTimeouts) return undefined;
      if (attempts >= Math.min(maxAttempts, 1 + (error.maxRetries ?? Infinity))) return undefined;
      const askedMs = error.retryAfterMs;
      if (askedMs !== undefined && askedMs > maxRetryAfterMs) return undefined;
      const backoffMs = firstDelayMs * 2 ** (attempts - 1) * (isCrowded(error) ? 2 : 1);
      // never shorter than what the provider asked for
      const delayMs =
        Math.max(askedMs ?? 0, backoffMs) * (askedMs === undefined ? 0.75 + random() / 2 : 1 + random() / 10);
      if (waitedMs + delayMs > maxTotalWaitMs) return undefined;
      waitedMs += delayMs;
      return delayMs;
    },
  };
}

/** Limits clear more slowly than accidents: GLM's 1302 wants 1, 2, 4 s. */
function isCrowded(error: ProviderError): boolean {
  return error.code === 'PROVIDER_RATE_LIMIT' || error.code === 'PROVIDER_OVERLOADED';
}
