import type { ChatUsage } from '../../protocol/chat.ts';
import type { ResponseUsage } from '../../protocol/responses.ts';

/** A provider's `usage` as the Responses wire has it. All numbers are always there: codex refuses a part of them. */
export function toResponseUsage(usage: ChatUsage): ResponseUsage {
  const input = count(usage.prompt_tokens);
  const output = count(usage.completion_tokens);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: count(usage.prompt_tokens_details?.cached_tokens) },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: count(usage.completion_tokens_details?.reasoning_tokens) },
    total_tokens: count(usage.total_tokens) || input + output,
  };
}

/** Codex reads whole numbers only: one with a fraction would cost it the whole answer. */
function count(value: unknown): number {
  return typeof value === 'number' ? Math.max(0, Math.round(value)) : 0;
}

/** Stands in where the provider sent none; four characters make about one token. */
export function estimateUsage(inputTokens: number, outputChars: number, reasoningChars: number): ResponseUsage {
  const reasoning = Math.ceil(reasoningChars / 4);
  const output = Math.ceil(outputChars / 4) + reasoning;
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: inputTokens + output,
  };
}
