/**
 * The Responses wire, as far as this project speaks it. Types only.
 * Source: OpenAI's Responses reference; what codex really sends was seen with versions 0.80 to 0.169. A test checks
 * the events and the response against the types of the official `openai` package.
 */

// ---- request -------------------------------------------------------------------------------------------------

export interface InputTextPart {
  type: 'input_text' | 'output_text' | 'text';
  text: string;
}

export interface InputImagePart {
  type: 'input_image';
  /** An https or data URL; some clients send an object. */
  image_url?: string | { url: string } | null;
  file_id?: string | null;
  detail?: string | null;
}

/** Every part that may stand in a message or a tool output; unknown ones are allowed and reported. */
export type InputPart =
  | InputTextPart
  | InputImagePart
  | { type: 'refusal'; refusal: string }
  | {
      type: 'input_file';
      filename?: string | null;
      file_data?: string | null;
      file_id?: string | null;
      file_url?: string | null;
    };

export type InputContent = string | readonly InputPart[] | null;

export interface MessageInputItem {
  type?: 'message';
  id?: string | null;
  role: 'user' | 'assistant' | 'system' | 'developer';
  content: InputContent;
}

export interface ReasoningInputItem {
  type: 'reasoning';
  id?: string | null;
  summary?: readonly { type: 'summary_text'; text: string }[] | null;
  content?: readonly { type: 'reasoning_text' | 'text'; text: string }[] | null;
  /** Our own envelope (see `translate/reasoning-envelope.ts`), or another proxy's. */
  encrypted_content?: string | null;
}

export interface FunctionCallInputItem {
  type: 'function_call';
  id?: string | null;
  call_id: string;
  name: string;
  /** codex >= 0.123 for MCP tools, >= 0.133 for sub-agents. */
  namespace?: string | null;
  arguments: string;
}

export interface FunctionCallOutputInputItem {
  type: 'function_call_output';
  id?: string | null;
  /** Missing on the items that codex adds of its own accord (`goal_objective`, seen with 0.169). */
  call_id?: string | null;
  name?: string | null;
  namespace?: string | null;
  output: string | readonly InputPart[];
}

export interface CustomToolCallInputItem {
  type: 'custom_tool_call';
  id?: string | null;
  call_id: string;
  name: string;
  namespace?: string | null;
  input: string;
}

export interface CustomToolCallOutputInputItem {
  type: 'custom_tool_call_output';
  id?: string | null;
  call_id?: string | null;
  name?: string | null;
  output: string | readonly InputPart[];
}

export interface ToolSearchCallInputItem {
  type: 'tool_search_call';
  id?: string | null;
  call_id?: string | null;
  execution?: string | null;
  arguments: unknown;
}

export interface ToolSearchOutputInputItem {
  type: 'tool_search_output';
  id?: string | null;
  call_id?: string | null;
  tools: readonly ResponsesTool[];
}

export interface LocalShellCallInputItem {
  type: 'local_shell_call';
  id?: string | null;
  call_id?: string | null;
  action?: unknown;
}

export interface AdditionalToolsInputItem {
  type: 'additional_tools';
  tools: readonly ResponsesTool[];
}

export interface CompactionInputItem {
  type: 'compaction' | 'compaction_summary';
  id?: string | null;
  encrypted_content?: string | null;
}

/** Input as we understand it. What arrives is `unknown` and is narrowed by `type`; the rest is dropped and reported. */
export type InputItem =
  | MessageInputItem
  | ReasoningInputItem
  | FunctionCallInputItem
  | FunctionCallOutputInputItem
  | CustomToolCallInputItem
  | CustomToolCallOutputInputItem
  | ToolSearchCallInputItem
  | ToolSearchOutputInputItem
  | LocalShellCallInputItem
  | AdditionalToolsInputItem
  | CompactionInputItem
  | { type: 'compaction_trigger' }
  | { type: 'web_search_call' }
  | { type: 'item_reference'; id: string };

export interface FunctionToolDeclaration {
  type: 'function';
  name: string;
  description?: string | null;
  parameters?: Record<string, unknown> | null;
  strict?: boolean | null;
}

export interface CustomToolDeclaration {
  type: 'custom';
  name: string;
  description?: string | null;
  format?: { type: 'text' } | { type: 'grammar'; syntax: string; definition: string } | null;
}

export interface NamespaceToolDeclaration {
  type: 'namespace';
  name: string;
  description?: string | null;
  tools: readonly (FunctionToolDeclaration | CustomToolDeclaration)[];
}

export interface ToolSearchDeclaration {
  type: 'tool_search';
  execution?: string | null;
  description?: string | null;
  parameters?: Record<string, unknown> | null;
}

export interface HostedToolDeclaration {
  type:
    | 'web_search'
    | 'web_search_preview'
    | 'file_search'
    | 'code_interpreter'
    | 'image_generation'
    | 'local_shell'
    | 'mcp'
    | 'computer_use_preview';
}

export type ResponsesTool =
  | FunctionToolDeclaration
  | CustomToolDeclaration
  | NamespaceToolDeclaration
  | ToolSearchDeclaration
  | HostedToolDeclaration;

export type ResponsesToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | { type: 'function' | 'custom'; name: string; namespace?: string }
  | { type: 'allowed_tools'; mode: 'auto' | 'required'; tools: readonly { type: string; name?: string }[] }
  | { type: string };

export type ResponseTextFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | {
      type: 'json_schema';
      name: string;
      schema: Record<string, unknown>;
      description?: string | null;
      strict?: boolean | null;
    };

/** The body of `POST /responses`, after `parseResponsesRequest` has checked its outline. */
export interface ResponsesRequest {
  model: string;
  input: string | readonly unknown[];
  instructions?: string | null;
  tools?: readonly unknown[] | null;
  tool_choice?: ResponsesToolChoice | null;
  parallel_tool_calls?: boolean | null;
  reasoning?: { effort?: string | null; summary?: string | null } | null;
  text?: { format?: ResponseTextFormat | null; verbosity?: string | null } | null;
  max_output_tokens?: number | null;
  temperature?: number | null;
  top_p?: number | null;
  stop?: string | readonly string[] | null;
  stream?: boolean | null;
  store?: boolean | null;
  previous_response_id?: string | null;
  prompt_cache_key?: string | null;
  metadata?: Record<string, string> | null;
  /** What codex (0.120 on) says of itself and the turn: thread_id, turn_id, ... */
  client_metadata?: Record<string, string> | null;
}

// ---- response ------------------------------------------------------------------------------------------------

export interface OutputTextPart {
  type: 'output_text';
  text: string;
  annotations: [];
  logprobs?: [];
}

export interface MessageOutputItem {
  type: 'message';
  id: string;
  role: 'assistant';
  status: 'in_progress' | 'completed' | 'incomplete';
  content: OutputTextPart[];
}

export interface ReasoningOutputItem {
  type: 'reasoning';
  id: string;
  status?: 'in_progress' | 'completed' | 'incomplete';
  summary: { type: 'summary_text'; text: string }[];
  encrypted_content?: string;
}

export interface FunctionCallOutputItem {
  type: 'function_call';
  id: string;
  call_id: string;
  name: string;
  namespace?: string;
  arguments: string;
  status: 'in_progress' | 'completed' | 'incomplete';
}

export interface CustomToolCallOutputItem {
  type: 'custom_tool_call';
  id: string;
  call_id: string;
  name: string;
  namespace?: string;
  input: string;
  status: 'in_progress' | 'completed' | 'incomplete';
}

export interface ToolSearchCallOutputItem {
  type: 'tool_search_call';
  id: string;
  call_id: string;
  execution: 'client';
  arguments: unknown;
  status: 'in_progress' | 'completed' | 'incomplete';
}

export interface WebSearchCallOutputItem {
  type: 'web_search_call';
  id: string;
  status: 'in_progress' | 'searching' | 'completed' | 'failed';
  action: { type: 'search'; query: string; sources?: { type: 'url'; url: string }[] };
}

export interface CompactionOutputItem {
  type: 'compaction';
  id: string;
  encrypted_content: string;
}

export type OutputItem =
  | MessageOutputItem
  | ReasoningOutputItem
  | FunctionCallOutputItem
  | CustomToolCallOutputItem
  | ToolSearchCallOutputItem
  | WebSearchCallOutputItem
  | CompactionOutputItem;

/** codex needs the three totals whenever `usage` is there at all (seen with 0.169). */
export interface ResponseUsage {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
}

export interface ResponseError {
  code: string;
  message: string;
}

export interface Response {
  id: string;
  object: 'response';
  created_at: number;
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled';
  model: string;
  output: OutputItem[];
  error: ResponseError | null;
  incomplete_details: { reason: 'max_output_tokens' | 'content_filter' } | null;
  instructions: string | null;
  metadata: Record<string, string>;
  parallel_tool_calls: boolean;
  temperature: number | null;
  top_p: number | null;
  tool_choice: ResponsesToolChoice;
  tools: unknown[];
  usage: ResponseUsage | null;
  previous_response_id?: string | null;
  [extra: string]: unknown;
}

// ---- stream events -------------------------------------------------------------------------------------------

interface Sequenced {
  sequence_number: number;
}

interface AtItem extends Sequenced {
  item_id: string;
  output_index: number;
}

interface AtContent extends AtItem {
  content_index: number;
}

interface AtSummary extends AtItem {
  summary_index: number;
}

export type ResponseEvent =
  | ({ type: 'response.created' | 'response.in_progress'; response: Response } & Sequenced)
  | ({ type: 'response.completed' | 'response.incomplete' | 'response.failed'; response: Response } & Sequenced)
  | ({
      type: 'response.output_item.added' | 'response.output_item.done';
      output_index: number;
      item: OutputItem;
    } & Sequenced)
  | ({ type: 'response.content_part.added' | 'response.content_part.done'; part: OutputTextPart } & AtContent)
  | ({ type: 'response.output_text.delta'; delta: string; logprobs: [] } & AtContent)
  | ({ type: 'response.output_text.done'; text: string; logprobs: [] } & AtContent)
  | ({
      type: 'response.reasoning_summary_part.added' | 'response.reasoning_summary_part.done';
      part: { type: 'summary_text'; text: string };
    } & AtSummary)
  | ({ type: 'response.reasoning_summary_text.delta'; delta: string } & AtSummary)
  | ({ type: 'response.reasoning_summary_text.done'; text: string } & AtSummary)
  | ({ type: 'response.function_call_arguments.delta'; delta: string } & AtItem)
  | ({ type: 'response.function_call_arguments.done'; name: string; arguments: string } & AtItem)
  | ({ type: 'response.custom_tool_call_input.delta'; delta: string } & AtItem)
  | ({ type: 'response.custom_tool_call_input.done'; input: string } & AtItem)
  | ({
      type:
        | 'response.web_search_call.in_progress'
        | 'response.web_search_call.searching'
        | 'response.web_search_call.completed';
    } & AtItem);

/** Events after which nothing may follow. */
export type TerminalEvent = Extract<
  ResponseEvent,
  { type: 'response.completed' | 'response.incomplete' | 'response.failed' }
>;
