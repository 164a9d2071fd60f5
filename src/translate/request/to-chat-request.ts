import { rulesFor, type ChatRules, type ModelDescription } from '../../catalog/provider.ts';
import type { ChatRequest, ChatTool } from '../../protocol/chat.ts';
import type { ResponsesRequest } from '../../protocol/responses.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { FoldMemory, FoldedHistory } from './fold-memory.ts';
import { HistoryFold } from './history-fold.ts';
import { reasoningFields } from './reasoning.ts';
import { responseFormat } from './response-format.ts';
import { samplingFields } from './sampling.ts';
import { toolChoice } from './tool-choice.ts';
import { ToolNames } from './tool-names.ts';
import { ToolList } from './tools.ts';

export interface TranslationTarget {
  model: ModelDescription;
  /** The provider's; where the model differs from them, its own win. */
  rules: ChatRules;
}

export interface TranslatedRequest {
  chat: ChatRequest;
  /** Leads the calls of the answer back to the tools that were declared. */
  tools: ToolNames;
  /** Every call id of the history, as it stands in `chat`. */
  usedCallIds: ReadonlySet<string>;
  diagnostics: Diagnostic[];
}

/**
 * A Responses request as a chat request that the provider accepts, always streamed. Fields without a counterpart
 * (`store`, `metadata`, `client_metadata`…) are never forwarded: GLM ignores unknown keys at best.
 *
 * Pure, and append-only: the same items give the same bytes, whatever follows them. So what was made of a history can be
 * kept in `memory`; with it and without it the result is the same.
 */
export function toChatRequest(
  request: ResponsesRequest,
  target: TranslationTarget,
  memory?: FoldMemory,
): TranslatedRequest {
  const { model } = target;
  const rules = rulesFor(model, target.rules);
  const items = typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : request.input;
  const history = foldHistory(request, items, model, rules, memory);
  const { fold, tools, choice, format } = history;
  const diagnostics = [...history.diagnostics];
  const report = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
  const { messages, usedCallIds } = fold.finish(report);
  if (!fold.hasOpenCalls) memory?.keep(history);

  const chat: ChatRequest = {
    model: model.id,
    messages,
    stream: true,
    ...(rules.streamUsage ? { stream_options: { include_usage: true } } : {}),
    ...reasoningFields(model, request.reasoning?.effort),
    ...format.field,
    ...samplingFields(request, model, rules),
  };
  const offered = choice.withoutTools ? [] : tools.list(report);
  const { allowed } = choice;
  const chatTools = allowed ? offered.filter((tool) => allowed.has(chatToolName(tool))) : offered;
  if (chatTools.length > 0) {
    chat.tools = chatTools;
    if (choice.field !== undefined) chat.tool_choice = choice.field;
    if (rules.parallelToolCalls && request.parallel_tool_calls != null)
      chat.parallel_tool_calls = request.parallel_tool_calls;
    if (model.toolStream) chat.tool_stream = true;
  }
  if (request.prompt_cache_key && rules.quirks.includes('prompt-cache-key'))
    chat['prompt_cache_key'] = request.prompt_cache_key;
  return { chat: withOwnFields(chat, rules), tools: history.names, usedCallIds, diagnostics };
}

function chatToolName(tool: ChatTool): string {
  return tool.type === 'function' ? tool.function.name : tool.type;
}

/** Folds the items, from where an earlier request ended if that is known. */
function foldHistory(
  request: ResponsesRequest,
  items: readonly unknown[],
  model: ModelDescription,
  rules: ChatRules,
  memory: FoldMemory | undefined,
): FoldedHistory {
  const { instructions, tools, tool_choice, text } = request;
  const settings = [model.id, instructions, tools, tool_choice, text?.format];
  const history = memory?.take(items, settings) ?? beginHistory(request, model, rules, settings);
  for (const item of items.slice(history.items.length)) history.fold.add(item);
  history.items = items;
  return history;
}

function beginHistory(
  request: ResponsesRequest,
  model: ModelDescription,
  rules: ChatRules,
  settings: readonly unknown[],
): FoldedHistory {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
  const names = new ToolNames();
  const tools = new ToolList(names, rules, report);
  for (const tool of request.tools ?? []) tools.add(tool);
  const choice = toolChoice(request.tool_choice, names, rules, report);
  const format = responseFormat(request.text?.format, rules, report);
  const systemSuffix = [choice.instruction, format.instruction].filter(Boolean).join('\n\n');
  const fold = new HistoryFold({ model, rules, names, tools, systemSuffix, report });
  fold.addSystemText(request.instructions ?? '');
  return { items: [], settings, fold, names, tools, choice, format, diagnostics };
}

/** What the provider's description or the user's settings add and leave out, last of all. */
function withOwnFields(chat: ChatRequest, { extraBody, dropParams }: ChatRules): ChatRequest {
  if (!extraBody && !dropParams) return chat;
  const result = { ...chat, ...extraBody };
  for (const field of dropParams ?? []) delete result[field];
  return result;
}
