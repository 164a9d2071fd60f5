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

const limits = ['max_completion_tokens', 'max_tokens'] as const;

/**
 * The field of a chat request that a provider says it does not take, if the request can do without it: providers change
 * what they accept without notice, and name the field (GLM: code 1210; OpenAI-compatible servers: "Unsupported
 * parameter").
 *
 * @param isLimitOurs the limit of the answer was not asked for: it is also left out of a request that is too long for the
 *   window, where many servers count it in (vLLM, OpenAI)
 */
export function offendingField(error: unknown, chat: ChatRequest, isLimitOurs = false): string | undefined {
  if (!(error instanceof ProviderError)) return undefined;
  if (isLimitOurs && error.code === 'PROVIDER_CONTEXT_LENGTH') return limits.find((field) => chat[field] !== undefined);
  if (error.code !== 'PROVIDER_REFUSED') return undefined;
  // its name in a Responses API
  const words = (error.providerMessage ?? '').replaceAll('max_output_tokens', 'max_tokens');
  return dispensable.find((field) => chat[field] !== undefined && new RegExp(`\\b${field}\\b`).test(words));
}
