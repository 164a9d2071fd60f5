import type { ResponseEvent } from '../../protocol/responses.ts';
import { appendReasoning, appendText } from './open-item.ts';
import { diagnose, type StreamState } from './state.ts';
import { flushContent, splitContent, type SplitContent } from './think-tags.ts';
import { appendToolCall } from './tool-call-items.ts';
import { findMarkupCalls, flushMarkup, scanMarkup, type MarkupCall, type MarkupPart } from './tool-call-markup.ts';

/** Adds a delta of content: text, unless it holds thinking or calls that a host's parser missed. */
export function appendContent(state: StreamState, delta: string, events: ResponseEvent[]): void {
  appendSplit(state, splitContent(state.attempt.content, delta), events);
}

/** Content is over: adds what was held back. `whole` is false when the answer was cut short: half a call is dropped. */
export function flushHeldContent(state: StreamState, whole: boolean, events: ResponseEvent[]): void {
  const { content, markup } = state.attempt;
  appendSplit(state, flushContent(content), events);
  if (markup.inside && !whole) diagnose(state, 'call-dropped', 'call in markup, cut off');
  else appendMarkupParts(state, flushMarkup(markup), events);
}

/** GLM-4.7 may write its calls into the reasoning (vLLM issue 46040): adds them when nothing else came. */
export function appendCallsOfReasoning(state: StreamState, events: ResponseEvent[]): void {
  const calls = findMarkupCalls(state.attempt.reasoningText.join(''));
  for (const call of calls) if (state.options.tools.target(call.name)) appendMarkupCall(state, call, events);
}

function appendSplit(state: StreamState, { reasoning, text }: SplitContent, events: ResponseEvent[]): void {
  if (reasoning !== '') appendReasoning(state, 'reasoning_content', reasoning, events);
  if (text === '') return;
  state.attempt.outputChars += text.length;
  if (state.options.toolCallMarkup) appendMarkupParts(state, scanMarkup(state.attempt.markup, text), events);
  else appendText(state, text, events);
}

function appendMarkupParts(state: StreamState, parts: readonly MarkupPart[], events: ResponseEvent[]): void {
  for (const part of parts) {
    if ('text' in part) appendText(state, part.text, events);
    else appendMarkupCall(state, part.call, events);
  }
}

function appendMarkupCall(state: StreamState, call: MarkupCall, events: ResponseEvent[]): void {
  // An id of its own keeps two such calls apart; it is replaced by one that is unique in the conversation.
  const id = `call_${state.idStem}_${state.attempt.calls.length}`;
  appendToolCall(state, { id, function: { name: call.name, arguments: call.arguments } }, events);
}
