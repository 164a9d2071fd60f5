/**
 * What a provider and a model are, as data. Code branches on the named rules and quirks below, never on a provider's id.
 */

/** Thinking levels in codex's words, weakest first. */
export const effortScale = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof effortScale)[number];

/**
 * How a thinking level is said on the wire:
 * - `thinking`: `thinking: {type: "enabled" | "disabled"}`, no levels (GLM 4.5 to 5.1)
 * - `reasoning_effort`: `reasoning_effort: level`
 * - `thinking+reasoning_effort`: both (GLM >= 5.2)
 */
export type ReasoningControl = 'thinking' | 'reasoning_effort' | 'thinking+reasoning_effort';

export interface ReasoningDescription {
  control: ReasoningControl;
  /** The levels that make a difference, weakest first; `none` is listed where thinking can be switched off. */
  efforts: readonly Effort[];
  default: Effort;
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
  /** USD per million tokens. */
  price?: { input: number; cachedInput: number; output: number };
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
  /** The field of an assistant message in which earlier thinking is given back. */
  reasoningEcho: 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'none';
  quirks: readonly Quirk[];
}

/**
 * Named deviations.
 * - `clear-thinking`: GLM forgets earlier thinking unless `clear_thinking:false` is sent (docs.z.ai, thinking mode, 2026-10).
 * - `plain-schemas`: `$ref`, `anyOf` and deep nesting in tool schemas give HTTP 500 code 1234 or an empty 200
 *   (claude-code-router issue 1474, 2026-07): they are inlined, merged and cut.
 * - `description-required`: a function without description is refused (docs.z.ai, chat completion reference).
 */
export type Quirk = 'clear-thinking' | 'plain-schemas' | 'description-required';

export interface ProviderDescription {
  id: string;
  /** For people. Never "OpenAI": codex then switches to another compaction protocol. */
  name: string;
  /** Without trailing slash; `/chat/completions` is appended. */
  baseUrl: string;
  /** Environment variables that may hold the key, first match wins. Empty: the server takes no key. */
  keyVariables: readonly string[];
  /** Environment variables that move `baseUrl`. */
  baseUrlVariables: readonly string[];
  mainModel: string;
  /** For side requests. */
  fastModel: string;
  models: readonly ModelDescription[];
  rules: ChatRules;
}

/** Rules of a server about which nothing is known but that it is OpenAI-compatible. */
export const openAiCompatibleRules: ChatRules = {
  maxTokensField: 'max_tokens',
  maxTools: 128,
  toolChoice: 'any',
  parallelToolCalls: true,
  responseFormat: 'json_schema',
  lateSystemMessages: true,
  streamUsage: true,
  temperature: { min: 0, max: 2 },
  topP: { min: 0, max: 1 },
  maxStopSequences: 4,
  reasoningEcho: 'reasoning_content',
  quirks: [],
};
