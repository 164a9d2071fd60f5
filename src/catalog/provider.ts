import type { ResponsesRules } from './responses-rules.ts';

/**
 * What a provider and a model are, as data. Code branches on the named rules and quirks below, never on a provider's id.
 */

/** Thinking levels in codex's words, weakest first. */
export const effortScale = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof effortScale)[number];

/**
 * How a thinking level is said on the wire. `none`, where a model has it, switches thinking off.
 * - `always-on`: nothing is said, the model thinks as it likes
 * - `thinking`: `thinking: {type: "enabled" | "disabled"}`, no levels (GLM 4.5 to 5.1, Kimi K2.6, MiniMax)
 * - `reasoning_effort`: `reasoning_effort: level`, and never `thinking` beside it (Kimi K3, Mistral, Groq, xAI, MiMo)
 * - `thinking+reasoning_effort`: both; off by `thinking` alone (GLM >= 5.2, DeepSeek, Ark)
 * - `reasoning.effort`: `reasoning: {effort: level}` (OpenRouter)
 * - `enable_thinking`: `enable_thinking: true | false`, no levels (Qwen)
 * - `enable_thinking+reasoning_effort`: a level, or off by `enable_thinking` (Qwen 3.8)
 * - `thinking_budget`: `thinking_budget: tokens`, see `budgets`; off by `enable_thinking` (SiliconFlow)
 */
export const reasoningControls = [
  'always-on',
  'thinking',
  'reasoning_effort',
  'thinking+reasoning_effort',
  'reasoning.effort',
  'enable_thinking',
  'enable_thinking+reasoning_effort',
  'thinking_budget',
] as const;
export type ReasoningControl = (typeof reasoningControls)[number];

export interface ReasoningDescription {
  control: ReasoningControl;
  /** The levels that make a difference, weakest first; `none` is listed where thinking can be switched off. */
  efforts: readonly Effort[];
  default: Effort;
  /**
   * Where the provider takes a level that the model does not have for another one than we would: the weakest that is at
   * least as strong, else the strongest.
   */
  aliases?: Readonly<Partial<Record<Effort, Effort>>>;
  /** The provider's word for a level, where it is not ours. */
  words?: Readonly<Partial<Record<Effort, string>>>;
  /** For `thinking_budget`: tokens by level. */
  budgets?: Readonly<Partial<Record<Effort, number>>>;
  /** Further fields of `thinking` while it is on. */
  thinkingFields?: Readonly<Record<string, unknown>>;
}

/** Per million tokens. Where a vendor has several prices (long prompts, peak hours), the lowest. */
export interface Price {
  currency: 'USD' | 'CNY';
  input: number;
  /** Input that the provider's cache had. Absent: the vendor names no price of its own for it. */
  cachedInput?: number;
  output: number;
}

export interface ModelDescription {
  /** Exact id on the provider's wire. */
  id: string;
  /** For people: the model picker. */
  name: string;
  description: string;
  /** Prompt and answer together, in tokens. */
  contextTokens: number;
  maxOutputTokens: number;
  inputModalities: readonly ('text' | 'image')[];
  /** Absent for a model that does not think. */
  reasoning?: ReasoningDescription;
  /** Accepts `tool_stream` (GLM >= 4.6): without it arguments arrive whole, after a silence. */
  toolStream?: boolean;
  /**
   * Models of one family understand each other's reasoning text; it is never given to another family.
   */
  family: string;
  price?: Price;
  /** Absent: current. Legacy models are listed last; retired ones are known, but not offered. */
  status?: 'legacy' | 'retired';
  /** Where the model differs from its provider's rules. */
  rules?: Partial<ChatRules>;
  /** For a model that reads text only: the model that takes the turns with images instead. */
  imagesVia?: string;
}

/** Request rules of a Chat Completions server. Every default is what OpenAI's own reference says. */
export interface ChatRules {
  maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** More tools than this are cut, with a diagnostic. */
  maxTools: number;
  /** `auto`: any other `tool_choice` is refused (Z.ai answers 400, probed 2026-09-09). */
  toolChoice: 'any' | 'auto';
  /** Is the field `parallel_tool_calls` accepted? */
  parallelToolCalls: boolean;
  /** Is the field `verbosity` accepted? */
  verbosity: boolean;
  /** The strongest `response_format` that is honoured; the rest is said in the prompt. */
  responseFormat: 'json_schema' | 'json_object' | 'none';
  /** May a system message stand behind the first user message? */
  lateSystemMessages: boolean;
  /** Is `stream_options.include_usage` accepted? */
  streamUsage: boolean;
  /** Ranges of the sampling fields; a field set to `false` is never sent. */
  temperature: { min: number; max: number } | false;
  topP: { min: number; max: number } | false;
  maxStopSequences: number;
  /**
   * The field of an assistant message in which earlier thinking is given back; `think-tags`: in front of the content,
   * between `<think>` and `</think>`.
   */
  reasoningEcho: 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'think-tags' | 'none';
  /**
   * Stands in `reasoning_content` of a thinking model's message with tool calls when its thinking is lost (it came from
   * another model, say), for providers that refuse the history without that field. Absent: the field stays away.
   */
  reasoningPlaceholder?: string;
  quirks: readonly Quirk[];
  /** Fields put into every chat request, over ours of the same name; objects are replaced, not merged. */
  extraBody?: Readonly<Record<string, unknown>>;
  /** Fields of a chat request that are never sent. */
  dropParams?: readonly string[];
  /** Tools that are never offered: flat names, a `*` at the end stands for any rest. */
  deniedTools?: readonly string[];
  /** What a request for web search becomes: the tool of the provider that searches by itself. Absent: nothing. */
  searchTool?: Readonly<Record<string, unknown>>;
}

/**
 * Named deviations.
 * - `plain-schemas`: `$ref`, `anyOf` and deep nesting in tool schemas give HTTP 500 code 1234 or an empty 200
 *   (claude-code-router issue 1474, 2026-07): they are inlined, merged and cut.
 * - `description-required`: a function without description is refused (docs.z.ai, chat completion reference).
 * - `nine-character-call-ids`: call ids are exactly nine letters and digits, or the request is refused with code 3280
 *   (Mistral; ironclaw issue 1241, opencode issue 1680).
 * - `no-user-after-tool`: a user message right behind a tool message is refused (Mistral's older models; opencode,
 *   provider/transform.ts): a word of the assistant is put between them.
 * - `prompt-cache-key`: `prompt_cache_key` keeps a conversation on one cache (Kimi, xAI); others refuse unknown fields.
 * - `tool-call-markup`: calls arrive as `<tool_call>` text where the host's parser misses them (vLLM issue 46040, SGLang
 *   issue 30925, 2026), so text is searched for them. Not at GLM's own endpoints.
 * - `repeats-calls`: the model may make one call again and again; it is told when it does (pi issue 9637, 2026).
 * - `answer-in-reasoning`: the whole answer may stand in the reasoning field (SGLang issue 37645).
 */
export const quirkNames = [
  'plain-schemas',
  'description-required',
  'nine-character-call-ids',
  'no-user-after-tool',
  'prompt-cache-key',
  'tool-call-markup',
  'repeats-calls',
  'answer-in-reasoning',
] as const;
export type Quirk = (typeof quirkNames)[number];

export interface ProviderDescription {
  id: string;
  /** For people. Never "OpenAI": codex then switches to another compaction protocol. */
  name: string;
  /** Without trailing slash; `/chat/completions` is appended. Empty: it has to be given by the settings. */
  baseUrl: string;
  /** Served by this very process: the launch starts it and knows its address then. */
  inProcess?: boolean;
  /** Environment variables that may hold the key, first match wins. Empty: the server takes no key. */
  keyVariables: readonly string[];
  /** Environment variables that move `baseUrl`. */
  baseUrlVariables: readonly string[];
  /** The wire that is used. */
  wire: 'chat' | 'responses';
  /** Where the provider serves a Responses API of its own; `/responses` is appended. Absent: it has none that we know. */
  responsesBaseUrl?: string;
  /** What is known of that Responses API. */
  responsesRules?: ResponsesRules;
  /** Path, on the host of `baseUrl`, that tells what is left of a plan; a free call. */
  quotaPath?: string;
  /** MCP servers that the provider hosts: name -> path on the host of `baseUrl`, reached with the same key. */
  mcpServers?: Readonly<Record<string, string>>;
  mainModel: string;
  /** For side requests. */
  fastModel: string;
  models: readonly ModelDescription[];
  /**
   * Only the server knows which models it has (`GET /models`): `models` may be empty, and `mainModel` is then a
   * placeholder that servers with one model answer to.
   */
  liveModels?: boolean;
  /** The provider's own web search, as `rules.searchTool` once it is switched on. */
  searchTool?: Readonly<Record<string, unknown>>;
  /** Requests that the provider takes at once from one key, where it refuses more. Absent: no limit is known. */
  maxConcurrent?: number;
  rules: ChatRules;
}

/** Rules of a server about which nothing is known but that it is OpenAI-compatible. */
export const openAiCompatibleRules: ChatRules = {
  maxTokensField: 'max_tokens',
  maxTools: 128,
  toolChoice: 'any',
  parallelToolCalls: true,
  verbosity: true,
  responseFormat: 'json_schema',
  lateSystemMessages: true,
  streamUsage: true,
  temperature: { min: 0, max: 2 },
  topP: { min: 0, max: 1 },
  maxStopSequences: 4,
  reasoningEcho: 'reasoning_content',
  quirks: [],
};

/**
 * The base of vendors other than OpenAI: without what several of them refuse, and what a coding agent can do without.
 * Chat templates commonly raise an error for a system message behind the first user message, unknown fields are refused
 * by some, and parallel calls are on where they exist.
 */
export const cautiousRules: ChatRules = {
  ...openAiCompatibleRules,
  parallelToolCalls: false,
  verbosity: false,
  responseFormat: 'json_object',
  lateSystemMessages: false,
};

/** The rules that hold for one model of a provider. */
export function rulesFor(model: ModelDescription, rules: ChatRules): ChatRules {
  const own = model.rules;
  if (!own) return rules;
  return {
    ...rules,
    ...own,
    extraBody: { ...rules.extraBody, ...own.extraBody },
    dropParams: [...(rules.dropParams ?? []), ...(own.dropParams ?? [])],
  };
}
