import { describe, expect, it } from 'vitest';
import { ProviderError, type ProviderErrorDetails } from '../../../src/errors/errors.ts';
import type { ErrorCode } from '../../../src/errors/codes.ts';
import { createRetryBudget } from '../../../src/provider/retry.ts';

const failure = (code: ErrorCode, details: ProviderErrorDetails = {}) =>
  new ProviderError(code, 'x', { retryable: true, ...details });

function delays(error: ProviderError, random = 0.5): (number | undefined)[] {
  const budget = createRetryBudget({ firstDelayMs: 500, random: () => random });
  return [1, 2, 3, 4].map(() => budget.delayAfter(error));
}

describe('the retry budget', () => {
  it('allows four attempts with doubling pauses', () => {
    expect(delays(failure('PROVIDER_FAILED'))).toEqual([500, 1000, 2000, undefined]);
  });

  it('waits twice as long for limits', () => {
    expect(delays(failure('PROVIDER_RATE_LIMIT'))).toEqual([1000, 2000, 4000, undefined]);
  });

  it('repeats no more often than the failure allows', () => {
    expect(delays(failure('PROVIDER_FAILED', { maxRetries: 2 }))).toEqual([500, 1000, undefined, undefined]);
    expect(delays(failure('PROVIDER_FAILED', { maxRetries: 9 }))).toEqual([500, 1000, 2000, undefined]);
  });

  it('spreads the pauses by a quarter either way', () => {
    expect(delays(failure('PROVIDER_FAILED'), 0)[0]).toBe(375);
    expect(delays(failure('PROVIDER_FAILED'), 0.999)[0]).toBeCloseTo(625, -1);
  });

  it('allows one more attempt after a timeout, because each takes long', () => {
    expect(delays(failure('PROVIDER_TIMEOUT'))).toEqual([500, undefined, undefined, undefined]);
  });

  it('gives up at once on what cannot pass', () => {
    expect(delays(failure('PROVIDER_AUTH', { retryable: false }))[0]).toBeUndefined();
  });

  it.each([0, 0.5, 0.999])('never waits less than the provider asked for (random %d)', (random) => {
    expect(delays(failure('PROVIDER_RATE_LIMIT', { retryAfterMs: 7000 }), random)[0]).toBeGreaterThanOrEqual(7000);
  });

  it('does not begin a wait of more than 20 s, nor one that makes them more than 30 s together', () => {
    expect(delays(failure('PROVIDER_RATE_LIMIT', { retryAfterMs: 20_001 }))[0]).toBeUndefined();
    const [first, second] = delays(failure('PROVIDER_RATE_LIMIT', { retryAfterMs: 18_000 }));
    expect(first).toBeGreaterThanOrEqual(18_000);
    expect(second).toBeUndefined();
  });
});
