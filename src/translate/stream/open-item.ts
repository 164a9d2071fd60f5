import type { ResponseEvent } from '../../protocol/responses.ts';
import type { ReasoningField } from '../reasoning-envelope.ts';
import type { OpenReasoningItem } from './items-under-way.ts';
import { appendMessageText, closeMessage, openMessage } from './message-item.ts';
import { addReasoningDetails } from './reasoning-details.ts';
import { appendReasoningText, closeReasoningItem, openReasoningItem } from './reasoning-item.ts';
import type { StreamState } from './state.ts';
import { wholeText } from './text-buffer.ts';

/** Adds answer text, or puts it aside when it has to be looked at as a whole. */
export function appendText(state: StreamState, delta: string, events: ResponseEvent[]): void {
  if (!state.options.checkAnswer && !state.options.mustBeWhole) return sendText(state, delta, events);
  if (delta.trim() !== '') state.attempt.hasText = true;
  state.attempt.heldText.push(delta);
}

/**
 * The answer is complete: sends the text that was put aside. A final one (no call came with it) has to pass the check.
 */
export function releaseHeldText(state: StreamState, isFinal: boolean, events: ResponseEvent[]): void {
  const { attempt, options } = state;
  if (attempt.heldText.length === 0 || !attempt.hasText) return;
  const text = attempt.heldText.join('');
  const checked = isFinal && options.checkAnswer ? options.checkAnswer(text) : { text };
  if ('problem' in checked) attempt.answerProblem = { text, problem: checked.problem };
  else sendText(state, checked.text, events);
}

function sendText(state: StreamState, delta: string, events: ResponseEvent[]): void {
  if (state.open?.type === 'message') {
    appendMessageText(state, state.open, delta, events);
    return;
  }
  const text = state.attempt.blank + delta;
  if (text.trim() === '') {
    state.attempt.blank = text;
    return;
  }
  closeOpenItem(state, 'completed', events);
  state.attempt.blank = '';
  state.attempt.hasText = true;
  const message = openMessage(state, events);
  state.open = message;
  appendMessageText(state, message, text, events);
}

/** The open reasoning item, or a new one. */
function reasoningItem(state: StreamState, field: ReasoningField, events: ResponseEvent[]): OpenReasoningItem {
  if (state.open?.type === 'reasoning') return state.open;
  closeOpenItem(state, 'completed', events);
  state.attempt.hasReasoning = true;
  const reasoning = openReasoningItem(state, field, events);
  state.open = reasoning;
  return reasoning;
}

/** Adds thinking, in a new reasoning item when none is open. */
export function appendReasoning(
  state: StreamState,
  field: ReasoningField,
  delta: string,
  events: ResponseEvent[],
): void {
  const { attempt, options } = state;
  attempt.reasoningChars += delta.length;
  if (options.toolCallMarkup || options.answerInReasoning) attempt.reasoningText.push(delta);
  appendReasoningText(state, reasoningItem(state, field, events), delta, events);
}

/** Adds structured thinking; `plain` is the same as text, where the provider sends both. */
export function appendReasoningDetails(
  state: StreamState,
  details: readonly unknown[],
  plain: string,
  events: ResponseEvent[],
): void {
  const item = reasoningItem(state, 'reasoning_details', events);
  item.field = 'reasoning_details';
  appendReasoning(state, item.field, addReasoningDetails(item.details, details) || plain, events);
}

/** Of a whole message: what was not streamed before. */
export function withoutRepeated(
  state: StreamState,
  message: { reasoning: string; text: string },
): { reasoning: string; text: string } {
  const { open, attempt } = state;
  const sent = open?.type === 'message' ? wholeText(open.text) : '';
  const text = sent !== '' && message.text.startsWith(sent) ? message.text.slice(sent.length) : message.text;
  const isLate = attempt.hasReasoning && (attempt.hasText || attempt.calls.length > 0);
  return { reasoning: isLate ? '' : message.reasoning, text };
}

/** Ends the message or reasoning item that is open, if there is one. */
export function closeOpenItem(state: StreamState, status: 'completed' | 'incomplete', events: ResponseEvent[]): void {
  const { open } = state;
  if (!open) return;
  state.open = undefined;
  if (open.type === 'message') closeMessage(state, open, status, events);
  else closeReasoningItem(state, open, status, events);
}
