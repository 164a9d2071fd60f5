/**
 * The Chat Completions wire, as far as this project speaks it. Types only.
 * Source: OpenAI's Chat Completions reference, plus the fields that GLM and its neighbours add (named at each).
 */

export interface ChatTextPart {
  type: 'text';
  text: string;
}

export interface ChatImagePart {
  type: 'image_url';
  image_url: { url: string; detail?: string };
}

export type ChatContentPart = ChatTextPart | ChatImagePart;

export interface ChatToolCall {
  id: string;
  type: 'function';
  /** `arguments` is JSON text. */
  function: { name: string; arguments: string };
}

export interface ChatSystemMessage {
  role: 'system';
  content: string;
}

export interface ChatUserMessage {
  role: 'user';
  /** A plain string wherever there is no image: text models of GLM take nothing else. */
  content: string | ChatContentPart[];
}

export interface ChatAssistantMessage {
  role: 'assistant';
  content: string;
  /** GLM, DeepSeek, Kimi, Qwen, MiMo: the thinking that led to this message. */
  reasoning_content?: string;
  /** Ollama, newer vLLM, StepFun: the same under another name. */
  reasoning?: string;
  /** OpenRouter, MiniMax: the same, structured; must come back unmodified. */
  reasoning_details?: unknown[];
  tool_calls?: ChatToolCall[];
}

export interface ChatToolMessage {
  role: 'tool';
  tool_call_id: string;
  content: string;
}

export type ChatMessage = ChatSystemMessage | ChatUserMessage | ChatAssistantMessage | ChatToolMessage;

export interface ChatFunctionTool {
  type: 'function';
  function: { name: string; description: string; parameters: Record<string, unknown>; strict?: boolean };
}

/** GLM's own search tool (docs.z.ai, chat completion reference). */
export interface ChatWebSearchTool {
  type: 'web_search';
  web_search: Record<string, unknown>;
}

export type ChatTool = ChatFunctionTool | ChatWebSearchTool;

export type ChatToolChoice = 'auto' | 'none' | 'required' | { type: 'function'; function: { name: string } };

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  stream: boolean;
  stream_options?: { include_usage: boolean };
  /** GLM >= 4.6: stream tool arguments instead of sending them whole after a silence. */
  tool_stream?: boolean;
  tools?: ChatTool[];
  tool_choice?: ChatToolChoice;
  parallel_tool_calls?: boolean;
  response_format?: { type: 'text' | 'json_object' } | { type: 'json_schema'; json_schema: Record<string, unknown> };
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  top_p?: number;
  stop?: string[];
  verbosity?: string;
  /** GLM, DeepSeek, Kimi, Ark. */
  thinking?: { type: string; clear_thinking?: boolean };
  reasoning_effort?: string;
  /** Anything a provider description or the user's settings add. */
  [extra: string]: unknown;
}

export interface ChatUsage {
  prompt_tokens?: number | null;
  completion_tokens?: number | null;
  total_tokens?: number | null;
  prompt_tokens_details?: { cached_tokens?: number | null } | null;
  completion_tokens_details?: { reasoning_tokens?: number | null } | null;
}

/** Part of a tool call inside one delta. Everything may be missing somewhere: see `stream/tool-call-items.ts`. */
export interface ChatToolCallDelta {
  index?: number | null;
  id?: string | null;
  type?: string | null;
  function?: { name?: string | null; arguments?: string | Record<string, unknown> | null } | null;
}

export interface ChatDelta {
  role?: string | null;
  content?: string | ChatTextPart[] | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
  reasoning_details?: unknown[] | null;
  refusal?: string | null;
  tool_calls?: ChatToolCallDelta[] | null;
}

/**
 * One `data:` line of a streamed answer, as received: nothing in it is guaranteed.
 * `message` stands in for `delta` where a server answers a stream request with whole messages.
 */
export interface ChatCompletionChunk {
  id?: string | null;
  model?: string | null;
  created?: number | null;
  choices?: ChatChunkChoice[] | null;
  usage?: ChatUsage | null;
  /** Failure inside a 200 stream (GLM, OpenRouter). */
  error?: unknown;
  /** GLM's native search: results that the answer was built on. */
  web_search?: unknown[] | null;
}

export interface ChatChunkChoice {
  index?: number | null;
  delta?: ChatDelta | null;
  message?: ChatDelta | null;
  finish_reason?: string | null;
  /** Groq and vLLM put usage here in some versions. */
  usage?: ChatUsage | null;
}
