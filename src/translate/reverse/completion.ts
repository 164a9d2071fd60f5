import type { TokenUsage } from '../../protocol/app-server.ts';

/** What all chunks of one answer have in common. */
export interface CompletionFrame {
  id: string;
  createdSeconds: number;
  model: string;
}

export interface CompletionDelta {
  role?: 'assistant';
  content?: string;
  reasoning_content?: string;
}

export interface CompletionUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
  completion_tokens_details: { reasoning_tokens: number };
}

/** `length` and `content_filter`: the answer was cut short by the provider. */
export type FinishReason = 'stop' | 'length' | 'content_filter';

/** What codex does besides talking, for clients that want to know. */
export interface ItemProgress {
  type: 'command_execution' | 'file_change' | 'mcp_tool_call' | 'web_search' | 'retry';
  status: string;
  id: string;
  [detail: string]: unknown;
}

/**
 * A part of the answer: a delta, a piece of progress that stands as an event of its own, or how many characters at the end
 * of the content so far are void, because the message broke off and is asked for again.
 */
export type CompletionPart = { delta: CompletionDelta } | { progress: ItemProgress } | { takenBack: number };

export function deltaChunk(
  frame: CompletionFrame,
  delta: CompletionDelta,
  finish: FinishReason | null = null,
): unknown {
  return { ...head(frame), choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] };
}

/** Without choices, as the usage chunk is: a client that reads events by their data alone passes over it. */
export function progressChunk(frame: CompletionFrame, progress: ItemProgress): unknown {
  return { ...head(frame), choices: [], codex_item: progress };
}

export function usageChunk(frame: CompletionFrame, usage: CompletionUsage): unknown {
  return { ...head(frame), choices: [], usage };
}

function head({ id, createdSeconds, model }: CompletionFrame): Record<string, unknown> {
  return { id, object: 'chat.completion.chunk', created: createdSeconds, model };
}

/** The answer to a request without `stream`. */
export function wholeCompletion(
  { id, createdSeconds, model }: CompletionFrame,
  { content, reasoning }: { content: string; reasoning: string },
  usage: CompletionUsage,
  finish: FinishReason,
): unknown {
  const message = {
    role: 'assistant',
    content,
    refusal: null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
  };
  return {
    id,
    object: 'chat.completion',
    created: createdSeconds,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage,
  };
}

export function toCompletionUsage(usage: TokenUsage): CompletionUsage {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningOutputTokens },
  };
}
