/**
 * Chat completion chunks in, Responses events out. The life of one stream:
 *
 *     openStream, reduceChunk*, (restartStream, reduceChunk*)*, then reduceEnd or reduceFailure
 *
 * The events are those of OpenAI's streaming reference, in its order, with exactly one terminal event. After it every
 * function returns [].
 */
import type { ChatCompletionChunk, ChatUsage } from '../../protocol/chat.ts';
import type { Response, ResponseError, ResponseEvent } from '../../protocol/responses.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { appendCallsOfReasoning, appendContent, flushHeldContent } from './content.ts';
import { endingOf, endStream, failed, finishKind, hasAnswer } from './finish.ts';
import {
  appendReasoning,
  appendReasoningDetails,
  appendText,
  closeOpenItem,
  releaseHeldText,
  withoutRepeated,
} from './open-item.ts';
import { firstChoice, readChoice, type Brought } from './read-choice.ts';
import { isStuck } from './repeat-guard.ts';
import { createAttempt, diagnose, type StreamState } from './state.ts';
import { appendToolCall, finishToolCalls } from './tool-call-items.ts';
import { addSearchItem, takeSearchResults } from './web-search-item.ts';

export { startStream, type AnswerCheck, type StreamOptions, type StreamState } from './state.ts';

/**
 * - `answered`: text or a call came, or the provider ended for a reason that another attempt would not change
 * - `reasoning-only`, `empty`: the provider finished without an answer
 * - `cut`: neither finish_reason nor closing usage came
 * - `failed`: the provider said itself that the answer failed
 * - `invalid-answer`: the text is not what `text.format` asks for, or must be whole and is not; see `answerProblem`
 * - `ended`: the terminal event was sent already; what is left of the provider's answer is not wanted
 */
export type StreamOutcome = 'answered' | 'reasoning-only' | 'empty' | 'cut' | 'failed' | 'invalid-answer' | 'ended';

/** `response.created` and `response.in_progress`. */
export function openStream(state: StreamState): ResponseEvent[] {
  const skeleton = (): Response => ({ ...state.options.response, status: 'in_progress', output: [] });
  return [
    { type: 'response.created', sequence_number: state.sequence++, response: skeleton() },
    { type: 'response.in_progress', sequence_number: state.sequence++, response: skeleton() },
  ];
}

/** Takes one chunk of the provider's answer. A stuck model and an error inside the stream end the response. */
export function reduceChunk(state: StreamState, chunk: ChatCompletionChunk): ResponseEvent[] {
  const events: ResponseEvent[] = [];
  if (state.ended) return events;
  if (chunk.error) {
    endStream(state, failed('server_error', errorText(chunk.error)), events);
    return events;
  }
  const { attempt } = state;
  const choice = firstChoice(chunk);
  const brought = choice && readChoice(choice);
  noteUsage(state, chunk.usage ?? choice?.usage, brought !== undefined);
  if (attempt.settled) {
    if (brought) attempt.lateDeltas++;
    return events;
  }
  if (brought && !appendBrought(state, brought, events)) {
    endStream(state, failed('server_error', 'The model repeats itself without end.'), events);
    return events;
  }
  if (Array.isArray(chunk.web_search)) takeSearchResults(state, chunk.web_search, events);
  if (choice?.finish_reason) {
    attempt.finishReason = choice.finish_reason;
    settle(state, events);
  }
  return events;
}

/** What the attempt has brought; meant to be asked when the provider's stream is over, before `reduceEnd`. */
export function streamOutcome(state: StreamState): StreamOutcome {
  const { attempt } = state;
  if (state.ended) return 'ended';
  if (attempt.finishReason === undefined && !attempt.endedByUsage) return 'cut';
  const kind = finishKind(attempt.finishReason);
  if (kind === 'failed') return 'failed';
  if (attempt.answerProblem) return 'invalid-answer';
  if (kind !== 'normal' || hasAnswer(state)) return 'answered';
  return attempt.hasReasoning ? 'reasoning-only' : 'empty';
}

/** Has the provider said its last word? Only usage may follow. */
export function hasFinished(state: StreamState): boolean {
  return state.attempt.settled;
}

/** The text that was not what was asked for, and why, in words for the model. */
export function answerProblem(state: StreamState): { text: string; problem: string } | undefined {
  return state.attempt.answerProblem;
}

/**
 * Makes ready for another attempt at the same response: ends the open item and forgets finish_reason and usage. For
 * attempts without text and calls; calls under way are abandoned.
 */
export function restartStream(state: StreamState): ResponseEvent[] {
  const events: ResponseEvent[] = [];
  if (state.ended) return events;
  closeOpenItem(state, 'completed', events);
  state.attempt = createAttempt();
  return events;
}

/** The provider's stream is over: ends the response by what came. */
export function reduceEnd(state: StreamState): ResponseEvent[] {
  const events: ResponseEvent[] = [];
  if (state.ended) return events;
  if (!state.attempt.settled && state.attempt.endedByUsage) settle(state, events);
  endStream(state, endingOf(state), events);
  return events;
}

/** Ends the response with `response.failed`. Items under way are left open, so that codex does not keep half of them. */
export function reduceFailure(state: StreamState, error: ResponseError): ResponseEvent[] {
  const events: ResponseEvent[] = [];
  if (!state.ended) endStream(state, { status: 'failed', error }, events);
  return events;
}

/** Everything that was dropped, degraded or repaired so far. */
export function diagnosticsOf(state: StreamState): readonly Diagnostic[] {
  return state.diagnostics;
}

/** Adds reasoning, then text, then calls. False when the model is stuck. */
function appendBrought(state: StreamState, brought: Brought, events: ResponseEvent[]): boolean {
  const { reasoning, text } = brought.isWhole ? withoutRepeated(state, brought) : brought;
  if (brought.reasoningDetails.length > 0) {
    appendReasoningDetails(state, brought.reasoningDetails, reasoning, events);
  } else if (reasoning !== '') {
    appendReasoning(state, brought.reasoningField, reasoning, events);
  }
  if (text !== '') appendContent(state, text, events);
  for (const call of brought.toolCalls) {
    if (state.options.mustBeWhole) diagnose(state, 'call-dropped', 'the answer must be text');
    else appendToolCall(state, call, events);
  }
  const delta = text || reasoning;
  return delta === '' || !isStuck(state.attempt.repeats, delta);
}

/**
 * Usage may come on any chunk, also on all of them; the last counts. All zeros (a placeholder) don't. Usage ends an
 * answer without finish_reason unless more of the answer follows.
 */
function noteUsage(state: StreamState, usage: ChatUsage | null | undefined, broughtMore: boolean): void {
  const { attempt } = state;
  if (usage && (usage.prompt_tokens || usage.completion_tokens)) {
    attempt.endedByUsage = !broughtMore || !attempt.usage;
    attempt.usage = usage;
  } else if (broughtMore) attempt.endedByUsage = false;
}

/**
 * The answer is complete: ends all items. Half a call is never ended, because codex would run it; without any answer
 * everything stays open, for `restartStream` or a failure.
 */
function settle(state: StreamState, events: ResponseEvent[]): void {
  const { attempt, options } = state;
  attempt.settled = true;
  const kind = finishKind(attempt.finishReason);
  if (kind === 'failed') return;
  if (options.mustBeWhole && (kind === 'length' || kind === 'overflow')) {
    attempt.answerProblem = { text: '', problem: 'it was cut off by the limit of its length' };
    return;
  }
  flushHeldContent(state, kind === 'normal', events);
  if (kind === 'normal' && !hasAnswer(state) && options.toolCallMarkup) appendCallsOfReasoning(state, events);
  if (kind === 'normal' && !hasAnswer(state) && options.answerInReasoning) {
    appendText(state, attempt.reasoningText.join(''), events);
  }
  if (kind !== 'length' && kind !== 'filtered' && !hasAnswer(state)) return;
  releaseHeldText(state, kind === 'normal' && attempt.calls.length === 0, events);
  closeOpenItem(state, kind === 'normal' ? 'completed' : 'incomplete', events);
  addSearchItem(state, events);
  if (kind === 'normal') finishToolCalls(state, events);
  else for (const call of attempt.calls) diagnose(state, 'call-dropped', `${call.name}: the answer was cut short`);
}

/** The provider's own words: `{error: {message, code}}` and its variants. */
function errorText(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message, code } = error as { message?: unknown; code?: unknown };
  const words = typeof message === 'string' && message !== '' ? message : JSON.stringify(error);
  return code === undefined || code === null ? words : `${words} (code ${String(code)})`;
}
