import { expect } from 'vitest';
import type { ModelDescription, ProviderDescription } from '../../../src/catalog/provider.ts';
import { glmViolations } from '../../../src/demo/glm-rules.ts';
import type { ChatAssistantMessage, ChatRequest } from '../../../src/protocol/chat.ts';

/** The fields of a chat request that a provider's reference knows. */
export function knownFields(provider: ProviderDescription): string[] {
  return [...commonFields, ...(extraFields.find(([vendor]) => vendor.test(provider.id))?.[1] ?? [])];
}

const commonFields =
  'model messages stream stream_options tools response_format max_tokens temperature top_p stop tool_choice'.split(' ');

/** What else a vendor's reference knows, of what could be sent. */
const extraFields: readonly [vendor: RegExp, fields: readonly string[]][] = [
  [/^(zai|bigmodel|demo)/, ['thinking', 'reasoning_effort', 'tool_stream']],
  [/^deepseek/, ['thinking', 'reasoning_effort']],
  [/^(moonshot|kimi)/, ['thinking', 'reasoning_effort', 'prompt_cache_key']],
  [/^dashscope/, ['enable_thinking', 'reasoning_effort']],
  [/^openrouter/, ['reasoning']],
  [/^minimax/, ['thinking', 'reasoning_split']],
  [/^(xiaomi-mimo|mistral|stepfun|ollama)/, ['reasoning_effort']],
  [/^groq/, ['reasoning_effort', 'include_reasoning', 'reasoning_format']],
  [/^xai/, ['reasoning_effort', 'prompt_cache_key']],
  [/^siliconflow/, ['enable_thinking', 'thinking_budget']],
  [/^(volcengine|byteplus)/, ['thinking', 'reasoning_effort']],
];

/** What a vendor asks of a request, written down apart from our own data: see `every-provider.test.ts`. */
export interface VendorRule {
  applies: (provider: ProviderDescription, model: ModelDescription) => boolean;
  check: (chat: ChatRequest, model: ModelDescription) => void;
}

const of = (vendor: RegExp) => (provider: ProviderDescription) => vendor.test(provider.id);
const everyone = () => true;
const effortOf = (chat: ChatRequest) => chat.reasoning_effort ?? 'unsaid';
const withCalls = (chat: ChatRequest) =>
  chat.messages.filter(
    (message): message is ChatAssistantMessage => message.role === 'assistant' && message.tool_calls !== undefined,
  );
const behind = (chat: ChatRequest, role: string) =>
  chat.messages.filter((_, index) => chat.messages[index - 1]?.role === role);

export const vendorRules: readonly VendorRule[] = [
  // GLM: everything that its simulator knows
  { applies: of(/^(zai|bigmodel|demo)/), check: (chat) => expect(glmViolations(chat)).toEqual([]) },
  // everyone: one system message, in front
  {
    applies: everyone,
    check: (chat) =>
      expect(chat.messages.map(({ role }) => role === 'system')).toEqual(chat.messages.map((_, index) => index === 0)),
  },
  // everyone: images only for those who see them
  {
    applies: everyone,
    check: (chat, model) =>
      expect(JSON.stringify(chat.messages).includes('data:image')).toBe(model.inputModalities.includes('image')),
  },
  // everyone: the answer fits the model, and nobody gets another family's thinking
  {
    applies: everyone,
    check: (chat, model) => {
      expect(chat.max_tokens).toBe(model.maxOutputTokens);
      expect(JSON.stringify(chat)).not.toContain('not for you');
    },
  },
  // everyone: the last word is the user's or a tool's
  {
    applies: everyone,
    check: (chat) => expect(['user', 'tool']).toContain(chat.messages.at(-1)?.role),
  },
  // DeepSeek: calls with thinking or an empty place for it; json_object at most; three levels
  {
    applies: of(/^deepseek/),
    check: (chat) => {
      expect(withCalls(chat).map((message) => message.reasoning_content)).toEqual(['first thought', '', '']);
      expect(chat.response_format?.type).toBe('json_object');
      expect(['unsaid', 'low', 'high', 'max']).toContain(effortOf(chat));
      expect(effortOf(chat) === 'unsaid').toBe(chat.thinking?.type === 'disabled');
    },
  },
  // Kimi: locked sampling, never both switches, tools chosen freely, thinking never missing on calls
  {
    applies: of(/^(moonshot|kimi)/),
    check: (chat) => {
      expect(chat).not.toHaveProperty('temperature');
      expect(chat).not.toHaveProperty('top_p');
      expect('thinking' in chat && 'reasoning_effort' in chat).toBe(false);
      expect(chat).not.toHaveProperty('tool_choice');
      expect(['unsaid', 'low', 'high', 'max']).toContain(effortOf(chat));
      for (const message of withCalls(chat)) expect(message.reasoning_content).toBeTruthy();
    },
  },
  // Kimi's coding models always think, and refuse to be told otherwise
  {
    applies: (_, model) => /^kimi-(k2\.7-code|for-coding)/.test(model.id),
    check: (chat) => expect(chat).not.toHaveProperty('thinking'),
  },
  // Qwen: thinking is switched, for models that think, and given back
  {
    applies: (provider, model) => of(/^dashscope/)(provider) && model.reasoning !== undefined,
    check: (chat) => {
      expect(chat['enable_thinking']).toBeTypeOf('boolean');
      expect(['unsaid', 'low', 'medium', 'xhigh']).toContain(effortOf(chat));
      expect(withCalls(chat)[0]?.reasoning_content).toBe('first thought');
    },
  },
  // OpenRouter: its list of efforts ends with xhigh; structured thinking comes back unmodified
  {
    applies: of(/^openrouter/),
    check: (chat) => {
      expect(['low', 'high', 'xhigh']).toContain((chat['reasoning'] as { effort?: string }).effort);
      expect(withCalls(chat)[1]?.reasoning_details).toEqual([{ type: 'reasoning.text', text: 'second thought' }]);
    },
  },
  // MiniMax: thinking apart from the content, adaptive or off, and back as it came
  {
    applies: of(/^minimax/),
    check: (chat) => {
      expect(chat['reasoning_split']).toBe(true);
      expect([undefined, 'adaptive', 'disabled']).toContain(chat.thinking?.type);
      expect(withCalls(chat)[1]?.reasoning_details).toEqual([{ type: 'reasoning.text', text: 'second thought' }]);
    },
  },
  {
    applies: of(/^xiaomi-mimo/),
    check: (chat) => expect(['none', 'low', 'medium', 'high']).toContain(effortOf(chat)),
  },
  // Mistral: ids of nine, no user behind a tool, nothing that is not in its reference
  {
    applies: of(/^mistral/),
    check: (chat) => {
      for (const { tool_calls } of withCalls(chat))
        for (const { id } of tool_calls ?? []) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
      expect(behind(chat, 'tool').map(({ role }) => role)).not.toContain('user');
      expect(['unsaid', 'none', 'high']).toContain(effortOf(chat));
      expect(chat).not.toHaveProperty('stream_options');
      expect(JSON.stringify(chat.messages)).not.toContain('"reasoning');
    },
  },
  // Groq: thinking is asked for by one of two fields, and not taken back
  {
    applies: of(/^groq/),
    check: (chat, model) => {
      const field = model.id.includes('gpt-oss') ? 'include_reasoning' : 'reasoning_format';
      expect(Object.keys(chat).filter((key) => /^(include_reasoning|reasoning_format)$/.test(key))).toEqual([field]);
      expect(JSON.stringify(chat.messages)).not.toContain('thought');
    },
  },
  {
    applies: of(/^xai/),
    check: (chat) => expect(chat).not.toHaveProperty('stop'),
  },
  // SiliconFlow: budgets within its bounds
  {
    applies: of(/^siliconflow/),
    check: (chat) => {
      const budget = Number(chat['thinking_budget'] ?? 128);
      expect(budget).toBeGreaterThanOrEqual(128);
      expect(budget).toBeLessThanOrEqual(32_768);
    },
  },
  {
    applies: of(/^(volcengine|byteplus)/),
    check: (chat) => expect(['unsaid', 'minimal', 'low', 'medium', 'high']).toContain(effortOf(chat)),
  },
  {
    applies: of(/^(stepfun|ollama|vllm)/),
    check: (chat) => expect(withCalls(chat)[0]?.reasoning).toBe('first thought'),
  },
];
