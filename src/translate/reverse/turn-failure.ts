import type { ErrorCode } from '../../errors/codes.ts';
import { ProviderError } from '../../errors/errors.ts';
import type { TurnError } from '../../protocol/app-server.ts';
import { filteredWords } from '../stream/finish.ts';
import { isRecord } from './check.ts';
import type { FinishReason } from './completion.ts';

/** codex's own names for failures (`CodexErrorInfo` of codex 0.169) that tell more than the message. */
const codeByInfo: Readonly<Record<string, ErrorCode>> = {
  contextWindowExceeded: 'PROVIDER_CONTEXT_LENGTH',
  sessionBudgetExceeded: 'PROVIDER_PLAN_LIMIT',
  usageLimitExceeded: 'PROVIDER_PLAN_LIMIT',
  rateLimitExceeded: 'PROVIDER_RATE_LIMIT',
  serverOverloaded: 'PROVIDER_OVERLOADED',
  modelNotFound: 'PROVIDER_MODEL_NOT_FOUND',
  unauthorized: 'PROVIDER_AUTH',
  badRequest: 'PROVIDER_REFUSED',
  httpConnectionFailed: 'PROVIDER_UNREACHABLE',
  responseStreamConnectionFailed: 'PROVIDER_UNREACHABLE',
  responseStreamDisconnected: 'PROVIDER_STREAM_CUT',
};

/** The error of a failed turn, for a client that knows nothing of codex. */
export function turnFailure(error: TurnError | null): ProviderError {
  const info = error?.codexErrorInfo;
  const [name, details] = typeof info === 'object' && info !== null ? (Object.entries(info)[0] ?? []) : [info];
  const code = codeByInfo[name ?? ''] ?? 'PROVIDER_FAILED';
  const status = isRecord(details) ? details['httpStatusCode'] : undefined;
  return new ProviderError(code, error?.message || 'The turn failed, and codex does not say why.', {
    status: typeof status === 'number' ? status : undefined,
  });
}

/**
 * An answer that was cut short: codex 0.169 takes that for a failure of the turn and tells it in words only, which are its
 * own for `response.incomplete`, and ours for a filtered answer.
 */
export function cutShort(error: TurnError | null): FinishReason | undefined {
  const message = error?.message ?? '';
  if (message.startsWith(filteredWords)) return 'content_filter';
  const reason = /^Incomplete response returned, reason: (\w+)/.exec(message)?.[1];
  if (reason === 'content_filter') return reason;
  return reason === 'max_output_tokens' ? 'length' : undefined;
}
