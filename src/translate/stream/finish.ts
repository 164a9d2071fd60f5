import type { OutputItem, Response, ResponseError, ResponseEvent } from '../../protocol/responses.ts';
import { diagnose, type StreamState } from './state.ts';
import { estimateUsage, toResponseUsage } from './usage.ts';

/** How a response ends. */
export type Ending =
  | { status: 'completed' }
  | { status: 'incomplete'; reason: 'max_output_tokens' | 'content_filter' }
  | { status: 'failed'; error: ResponseError };

/** What a `finish_reason` says about the answer; unknown ones mean a normal end. */
export type FinishKind = 'normal' | 'length' | 'filtered' | 'overflow' | 'failed';

/** docs.z.ai, chat completion reference, 2026-10; `error` and `content_filter` are the words of other hosts. */
export function finishKind(finishReason: string | undefined): FinishKind {
  switch (finishReason) {
    case 'length':
      return 'length';
    case 'sensitive':
    case 'content_filter':
      return 'filtered';
    case 'model_context_window_exceeded':
      return 'overflow';
    case 'network_error':
    case 'error':
      return 'failed';
    default:
      return 'normal';
  }
}

/** How the failure of a filtered answer begins; the chat server knows it by that. */
export const filteredWords = "The provider's content filter stopped the answer";

/** Did anything come that codex can work with? */
export function hasAnswer(state: StreamState): boolean {
  return state.attempt.hasText || state.attempt.calls.some((call) => call.name !== '');
}

/** The ending that the stream's last words call for. Codes that are not OpenAI's make codex try again (seen with 0.169). */
export function endingOf(state: StreamState): Ending {
  if (state.attempt.finishReason === undefined && !state.attempt.endedByUsage) {
    return failed('stream_cut', 'The provider closed the stream before the answer was finished.');
  }
  if (state.attempt.answerProblem) {
    const { problem } = state.attempt.answerProblem;
    return failed(
      'invalid_prompt',
      `The model's answer is not what was asked for: ${problem}. Try again, or choose another model.`,
    );
  }
  const kind = finishKind(state.attempt.finishReason);
  switch (kind) {
    case 'length':
      return { status: 'incomplete', reason: 'max_output_tokens' };
    case 'filtered':
      return state.options.filteredIsFailure
        ? failed(
            'invalid_prompt',
            `${filteredWords} (finish_reason "${state.attempt.finishReason}"). Say it differently, or start a new session.`,
          )
        : { status: 'incomplete', reason: 'content_filter' };
    case 'overflow':
      return hasAnswer(state)
        ? { status: 'incomplete', reason: 'max_output_tokens' }
        : failed('context_length_exceeded', "The conversation is longer than the model's context window.");
    case 'failed':
      return failed(
        'server_error',
        `The provider ended the answer with finish_reason "${state.attempt.finishReason}".`,
      );
    case 'normal':
      return hasAnswer(state)
        ? { status: 'completed' }
        : failed('empty_answer', 'The provider finished without any text or tool call.');
    default:
      return kind satisfies never;
  }
}

/** Sends the terminal event; after it nothing may be sent. */
export function endStream(state: StreamState, ending: Ending, events: ResponseEvent[]): void {
  state.ended = true;
  if (state.attempt.lateDeltas > 0)
    diagnose(state, 'late-delta-ignored', `${state.attempt.lateDeltas} behind finish_reason`);
  const response: Response = {
    ...state.options.response,
    status: ending.status,
    output: state.items.filter((item): item is OutputItem => item !== undefined),
    error: ending.status === 'failed' ? ending.error : null,
    incomplete_details: ending.status === 'incomplete' ? { reason: ending.reason } : null,
    usage: usageOf(state, ending),
  };
  if (response.usage && !state.attempt.usage) response.metadata = { ...response.metadata, ...estimatedUsage };
  events.push({ type: `response.${ending.status}`, sequence_number: state.sequence++, response });
}

/** Tells numbers of ours from the provider's. */
const estimatedUsage = { codex_glm_usage: 'estimated' };

function usageOf(state: StreamState, ending: Ending): Response['usage'] {
  if (state.attempt.usage) return toResponseUsage(state.attempt.usage);
  if (ending.status === 'failed') return null;
  diagnose(state, 'usage-estimated', 'the provider sent none');
  return estimateUsage(state.options.estimatedInputTokens, state.attempt.outputChars, state.attempt.reasoningChars);
}

export function failed(code: string, message: string): Ending {
  return { status: 'failed', error: { code, message } };
}
