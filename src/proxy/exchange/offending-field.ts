import { ProviderError } from '../../errors/errors.ts';
import type { ChatRequest } from '../../protocol/chat.ts';

/** What a request can do without. Anything else that a provider refuses has to be told. */
const dispensable = [
  'tool_stream',
  'stream_options',
  'parallel_tool_calls',
  'tool_choice',
  'response_format',
  'reasoning_effort',
  'thinking',
  'enable_thinking',
  'thinking_budget',
  'temperature',
  'top_p',
  'stop',
  'verbosity',
  'prompt_cache_key',
  'max_completion_tokens',
  'max_tokens',
] as const;

/**
 * The field of a chat request that a provider says it does not take, if the request can do without it: providers change
 * what they accept without notice, and name the field (GLM: code 1210; OpenAI-compatible servers: "Unsupported
 * parameter").
 */
export function offendingField(error: unknown, chat: ChatRequest): string | undefined {
  if (!(error instanceof ProviderError) || error.code !== 'PROVIDER_REFUSED') return undefined;
  const words = error.providerMessage ?? '';
  return dispensable.find((field) => chat[field] !== undefined && new RegExp(`\\b${field}\\b`).test(words));
}
