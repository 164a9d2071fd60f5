import { ProviderError } from '../../errors/errors.ts';
import type { StreamOutcome } from '../../translate/stream/reduce.ts';

/** Asking again is free: nothing of an answer was used. */
const mendable = { retryable: true, hint: 'Try again, or choose another model.' };

/**
 * An attempt that ended without an answer, as an error that allows another one; `undefined` when the stream can be ended
 * as it is. A cut or failed answer of which the client has seen a part is ended: codex regenerates it itself.
 */
export function missingAnswer(outcome: StreamOutcome, givenAway: boolean, provider: string): ProviderError | undefined {
  switch (outcome) {
    case 'answered':
    case 'ended':
    case 'invalid-answer':
      return undefined;
    case 'empty':
      return new ProviderError('PROVIDER_EMPTY_ANSWER', `${provider} sent an empty answer.`, mendable);
    case 'reasoning-only':
      return new ProviderError(
        'PROVIDER_EMPTY_ANSWER',
        `${provider} sent only reasoning, without any text or tool call.`,
        mendable,
      );
    case 'cut':
      if (givenAway) return undefined;
      return new ProviderError('PROVIDER_STREAM_CUT', `${provider} closed the connection without an answer.`, mendable);
    case 'failed':
      if (givenAway) return undefined;
      return new ProviderError('PROVIDER_FAILED', `${provider} gave up before it answered.`, mendable);
    default:
      return outcome satisfies never;
  }
}
