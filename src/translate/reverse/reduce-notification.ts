import type { ThreadItem, TokenUsage, TurnNotification } from '../../protocol/app-server.ts';
import type { CompletionPart } from './completion.ts';
import { itemProgress, progressLine } from './progress.ts';

/** How much of codex's work a client is shown; `text` stands in the reasoning, never in the answer. */
export type ProgressMode = 'off' | 'text' | 'events';

export interface TurnStreamOptions {
  /** Show the model's reasoning. */
  reasoning: boolean;
  progress: ProgressMode;
  /** Give only the last message, when the turn has ended: the answer must be one JSON value. */
  lastMessageOnly: boolean;
}

/** The state of one turn on its way to a client; `reduceNotification` changes it. */
export interface TurnStream {
  readonly options: TurnStreamOptions;
  /** The agent message that is being written, how much of it was given away, and what separates it from the one before. */
  message: { id: string; sentLength: number; separator: string } | undefined;
  hasContent: boolean;
  /** The reasoning that is being written. Codex may stream both a summary and the raw text: the first kind counts. */
  thought: { id: string; method: string } | undefined;
  hasReasoning: boolean;
  /** The reasoning, as given so far, ends with a line of progress. */
  endsLine: boolean;
  /** The latest agent message, as far as it has come. */
  lastMessage: string;
  /** Totals of the thread before the turn and now. */
  usageBefore: TokenUsage | undefined;
  usageNow: TokenUsage | undefined;
}

export function startTurnStream(options: TurnStreamOptions): TurnStream {
  return {
    options,
    message: undefined,
    hasContent: false,
    thought: undefined,
    hasReasoning: false,
    endsLine: false,
    lastMessage: '',
    usageBefore: undefined,
    usageNow: undefined,
  };
}

/** What a notification of the turn adds to the answer. */
export function reduceNotification(state: TurnStream, notification: TurnNotification): CompletionPart[] {
  switch (notification.method) {
    case 'item/agentMessage/delta':
      return addContent(state, notification.params.itemId, notification.params.delta);
    case 'item/reasoning/summaryTextDelta':
    case 'item/reasoning/textDelta': {
      const { method, params } = notification;
      return addThought(state, method, params.itemId, params.delta);
    }
    case 'item/started':
      return addProgress(state, notification.params.item, false);
    case 'item/completed':
      return completeItem(state, notification.params.item);
    case 'error': {
      const { error, willRetry, turnId } = notification.params;
      // one that ends the turn is its error
      return willRetry ? [...takeBack(state), ...addRetry(state, error.message, turnId)] : [];
    }
    case 'thread/tokenUsage/updated':
      addUsage(state, notification.params.tokenUsage);
      return [];
    case 'turn/started':
    case 'turn/completed':
      return [];
    default:
      notification satisfies never;
      return [];
  }
}

/** What the whole turn used: several requests to the provider, as a rule. */
export function turnUsage({ usageBefore: before, usageNow: now }: TurnStream): TokenUsage {
  const used = (field: keyof TokenUsage) => (now?.[field] ?? 0) - (before?.[field] ?? 0);
  return {
    inputTokens: used('inputTokens'),
    cachedInputTokens: used('cachedInputTokens'),
    outputTokens: used('outputTokens'),
    reasoningOutputTokens: used('reasoningOutputTokens'),
  };
}

function addContent(state: TurnStream, id: string, text: string): CompletionPart[] {
  if (state.message?.id !== id) {
    // several messages of one turn stay apart
    state.message = { id, sentLength: 0, separator: state.hasContent ? '\n\n' : '' };
    state.lastMessage = '';
  }
  const isFirst = state.message.sentLength === 0;
  state.message.sentLength += text.length;
  state.lastMessage += text;
  if (text === '' || state.options.lastMessageOnly) return [];
  state.hasContent = true;
  return [{ delta: { content: (isFirst ? state.message.separator : '') + text } }];
}

function addThought(state: TurnStream, method: string, id: string, text: string): CompletionPart[] {
  if (!state.options.reasoning || text === '') return [];
  const isFirst = state.thought?.id !== id;
  if (isFirst) state.thought = { id, method };
  if (state.thought?.method !== method) return [];
  return addReasoning(state, text, isFirst);
}

/** @param startsBlock leaves an empty line in front */
function addReasoning(state: TurnStream, text: string, startsBlock: boolean): CompletionPart[] {
  const separator = state.endsLine ? '\n' : '\n\n';
  const reasoning = state.hasReasoning && startsBlock ? separator + text : text;
  state.hasReasoning = true;
  state.endsLine = text.endsWith('\n');
  return [{ delta: { reasoning_content: reasoning } }];
}

function addProgress(state: TurnStream, item: ThreadItem, hasEnded: boolean): CompletionPart[] {
  if (state.options.progress === 'events') {
    const progress = itemProgress(item);
    return progress ? [{ progress }] : [];
  }
  return addLine(state, progressLine(item, hasEnded));
}

/** codex writes a message that broke off anew, under another id. */
function takeBack(state: TurnStream): CompletionPart[] {
  const { message } = state;
  state.message = undefined;
  state.lastMessage = '';
  if (!message || message.sentLength === 0 || state.options.lastMessageOnly) return [];
  state.hasContent = message.separator !== '';
  return [{ takenBack: message.separator.length + message.sentLength }];
}

/** Why nothing comes for a while. */
function addRetry(state: TurnStream, message: string, turnId: string): CompletionPart[] {
  if (state.options.progress === 'events')
    return [{ progress: { type: 'retry', id: turnId, status: 'in_progress', message } }];
  return addLine(state, `(codex asks again: ${message})\n`);
}

function addLine(state: TurnStream, line: string): CompletionPart[] {
  if (line === '' || state.options.progress !== 'text') return [];
  const startsBlock = state.thought !== undefined;
  state.thought = undefined;
  return addReasoning(state, line, startsBlock);
}

function completeItem(state: TurnStream, item: ThreadItem): CompletionPart[] {
  if (item.type !== 'agentMessage') return addProgress(state, item, true);
  // what was not streamed: all of it, for a model that does not stream
  const sentLength = state.message?.id === item.id ? state.message.sentLength : 0;
  const parts = addContent(state, item.id, item.text.slice(sentLength));
  state.lastMessage = item.text;
  state.message = undefined;
  return parts;
}

function addUsage(state: TurnStream, { total, last }: { total: TokenUsage; last: TokenUsage }): void {
  state.usageNow = total;
  state.usageBefore ??= {
    inputTokens: total.inputTokens - last.inputTokens,
    cachedInputTokens: total.cachedInputTokens - last.cachedInputTokens,
    outputTokens: total.outputTokens - last.outputTokens,
    reasoningOutputTokens: total.reasoningOutputTokens - last.reasoningOutputTokens,
  };
}
