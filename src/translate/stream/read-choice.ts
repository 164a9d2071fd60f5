import type { ChatChunkChoice, ChatCompletionChunk, ChatDelta } from '../../protocol/chat.ts';

/** What a choice brings, with nothing missing or null. */
export interface Brought {
  reasoning: string;
  reasoningField: 'reasoning_content' | 'reasoning';
  reasoningDetails: readonly unknown[];
  text: string;
  toolCalls: NonNullable<ChatDelta['tool_calls']>;
  /** A whole message instead of a delta; some servers end with one that repeats what they streamed. */
  isWhole: boolean;
}

/** The first choice: no more than one was asked for. */
export function firstChoice(chunk: ChatCompletionChunk): ChatChunkChoice | undefined {
  return Array.isArray(chunk.choices) ? chunk.choices.find((choice) => choice && !choice.index) : undefined;
}

/** Reads a choice's delta; undefined when it holds nothing but a role. */
export function readChoice(choice: ChatChunkChoice): Brought | undefined {
  const delta = choice.delta ?? choice.message;
  if (!delta) return undefined;
  const reasoningContent = textOf(delta.reasoning_content);
  const reasoning = reasoningContent || textOf(delta.reasoning);
  const reasoningDetails = Array.isArray(delta.reasoning_details) ? delta.reasoning_details : [];
  const text = textOf(delta.content) || textOf(delta.refusal);
  const toolCalls = Array.isArray(delta.tool_calls) ? delta.tool_calls.filter(Boolean) : [];
  if (reasoning === '' && text === '' && toolCalls.length === 0 && reasoningDetails.length === 0) return undefined;
  return {
    reasoning,
    reasoningField: reasoningContent ? 'reasoning_content' : 'reasoning',
    reasoningDetails,
    text,
    toolCalls,
    isWhole: !choice.delta,
  };
}

/** The text of a string, or of an array of text parts; nothing else is text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map((part: { text?: unknown } | null) => textOf(part?.text)).join('') : '';
}
