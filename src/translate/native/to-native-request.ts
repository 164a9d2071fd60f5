import type { ResponsesRules } from '../../catalog/responses-rules.ts';
import type { ModelDescription } from '../../catalog/provider.ts';
import type { ChatRequest, ChatTool } from '../../protocol/chat.ts';
import type { ResponsesRequest, ResponsesToolChoice, ResponseTextFormat } from '../../protocol/responses.ts';
import { isObject } from '../request/parse-request.ts';
import { reasoningFields } from '../request/reasoning.ts';
import type { ToolNames } from '../request/tool-names.ts';
import { toInputItems } from './input-items.ts';

export interface NativeRequestOptions {
  /** What the client asked for; `chat` was made of it. */
  request: ResponsesRequest;
  model: ModelDescription;
  tools: ToolNames;
  rules: ResponsesRules;
  /** Fields that are never sent. */
  dropParams?: readonly string[] | undefined;
}

/** The body for a provider's own Responses endpoint: only fields that all of them know. */
export interface NativeRequest extends ResponsesRequest {
  include?: readonly string[];
}

/**
 * A chat request in the words of the Responses API. Everything that has to be repaired, flattened, lowered or left out
 * for a provider was done when `chat` was made; what is undone here is what only the chat wire needs: system text is
 * `instructions` again, earlier reasoning stands in items of its own, freeform tools are freeform where the provider
 * takes them.
 *
 * Pure, and append-only as the chat request is.
 */
export function toNativeRequest(chat: ChatRequest, options: NativeRequestOptions): NativeRequest {
  const { request, rules, tools: names } = options;
  const freeform = rules.freeformPatch ? patchDeclaration(request) : undefined;
  const isFreeform = (flatName: string) => {
    const target = names.target(flatName);
    return freeform !== undefined && target?.kind === 'custom' && target.name === freeform['name'] && !target.namespace;
  };
  const { instructions, input } = toInputItems(chat.messages, { isFreeform, pairedCalls: rules.pairedCalls === true });
  const native: NativeRequest = {
    model: chat.model,
    ...(instructions === undefined ? {} : { instructions }),
    input,
    stream: true,
    store: false,
    ...reasoningField(options),
    ...(rules.encryptedReasoning ? { include: ['reasoning.encrypted_content'] } : {}),
    ...limits(chat),
  };
  const tools = (chat.tools ?? []).flatMap((tool) => nativeTool(tool, isFreeform, freeform));
  if (tools.length > 0) {
    native.tools = tools;
    const choice = toolChoice(chat.tool_choice, isFreeform);
    if (choice !== undefined) native.tool_choice = choice;
    if (chat.parallel_tool_calls !== undefined) native.parallel_tool_calls = chat.parallel_tool_calls;
  }
  const format = textFormat(chat.response_format);
  const text = { ...(format && { format }), ...(chat.verbosity !== undefined && { verbosity: chat.verbosity }) };
  if (Object.keys(text).length > 0) native.text = text;
  if (typeof chat['prompt_cache_key'] === 'string') native.prompt_cache_key = chat['prompt_cache_key'];
  const result = { ...native, ...rules.extraBody };
  for (const field of options.dropParams ?? []) Reflect.deleteProperty(result, field);
  return result;
}

/** The fields that have the same meaning on both wires. */
function limits(chat: ChatRequest): Partial<NativeRequest> {
  const maxOutputTokens = chat.max_tokens ?? chat.max_completion_tokens;
  return {
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
    ...(chat.temperature === undefined ? {} : { temperature: chat.temperature }),
    ...(chat.top_p === undefined ? {} : { top_p: chat.top_p }),
  };
}

/** The level in the one form that the Responses API has for it, whatever the provider's chat wire wants. */
function reasoningField({ request, model, rules }: NativeRequestOptions): Pick<NativeRequest, 'reasoning'> {
  if (!model.reasoning) return {};
  const { words, ...reasoning } = model.reasoning;
  const { control } = reasoning;
  const summary = rules.reasoningSummary ? request.reasoning?.summary : undefined;
  const fields =
    control === 'always-on'
      ? {}
      : // words of `thinking` are no levels
        reasoningFields(
          {
            ...model,
            reasoning: { ...reasoning, control: 'reasoning.effort', ...(words && control !== 'thinking' && { words }) },
          },
          request.reasoning?.effort,
        )['reasoning'];
  const field = { ...(isObject(fields) ? fields : {}), ...(summary ? { summary } : {}) };
  return Object.keys(field).length > 0 ? { reasoning: field } : {};
}

/** codex's own declaration of apply_patch, with its grammar. */
function patchDeclaration(request: ResponsesRequest): Record<string, unknown> | undefined {
  return (request.tools ?? []).filter(isObject).find(({ type, name }) => type === 'custom' && name === 'apply_patch');
}

function nativeTool(
  tool: ChatTool,
  isFreeform: (flatName: string) => boolean,
  freeform: Record<string, unknown> | undefined,
): unknown[] {
  // GLM's own search is a tool of its chat wire
  if (tool.type !== 'function') return [];
  if (freeform && isFreeform(tool.function.name)) return [freeform];
  return [{ type: 'function', ...tool.function, strict: tool.function.strict ?? false }];
}

function toolChoice(
  choice: ChatRequest['tool_choice'],
  isFreeform: (flatName: string) => boolean,
): ResponsesToolChoice | undefined {
  if (typeof choice !== 'object') return choice;
  const { name } = choice.function;
  return { type: isFreeform(name) ? 'custom' : 'function', name };
}

function textFormat(format: ChatRequest['response_format']): ResponseTextFormat | undefined {
  if (format?.type === 'json_object') return { type: 'json_object' };
  if (format?.type !== 'json_schema') return undefined;
  const { name, schema, strict } = format.json_schema;
  return {
    type: 'json_schema',
    name: typeof name === 'string' ? name : 'answer',
    schema: isObject(schema) ? schema : {},
    ...(strict === true ? { strict } : {}),
  };
}
