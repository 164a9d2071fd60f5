import type { ChatToolCallDelta } from '../../protocol/chat.ts';
import type { OutputItem, ResponseEvent } from '../../protocol/responses.ts';
import type { ToolCall } from './items-under-way.ts';
import { repairArguments } from './arguments.ts';
import { customInput } from './custom-input.ts';
import { closeOpenItem } from './open-item.ts';
import { parseJson } from './parse-json.ts';
import { diagnose, takeOutputIndex, type StreamState } from './state.ts';
import { appendDelta, wellFormed, wholeText } from './text-buffer.ts';
import { findCall, mergeName, newArguments } from './tool-calls.ts';

type CallKind = 'function' | 'custom' | 'tool_search';
const idPrefix = { function: 'fc', custom: 'ctc', tool_search: 'tsc' } satisfies Record<CallKind, string>;

type Status = 'in_progress' | 'completed';
type AddedItem = NonNullable<ToolCall['item']>;

/** Takes one entry of `tool_calls`. The item is added as soon as a declared tool is named. */
export function appendToolCall(state: StreamState, delta: ChatToolCallDelta, events: ResponseEvent[]): void {
  // Some hosts leave the arguments' markup in the name: `exec_command<arg_key>cmd</arg_key>…`
  const [name, markup] = splitName(delta.function?.name);
  const id = typeof delta.id === 'string' ? wellFormed(delta.id) : '';
  const call = findCall(state, delta.index, id, name);
  if (call.providerId === '') call.providerId = id;
  mergeName(state, call, name);
  if (call.target && !call.item) addItem(state, call, events);
  if (markup !== '') appendArguments(state, call, markup, events);
  const args = delta.function?.arguments;
  if (args === null || args === undefined) return;
  const text = typeof args === 'string' ? args : JSON.stringify(args);
  if (text !== '') appendArguments(state, call, newArguments(call, text), events);
}

/** Ends all calls, in the order of their items. Codex runs a call when its `output_item.done` arrives. */
export function finishToolCalls(state: StreamState, events: ResponseEvent[]): void {
  for (const call of state.attempt.calls) {
    if (call.name === '') diagnose(state, 'call-dropped', 'call without a name');
    else if (!call.item) addItem(state, call, events);
  }
  const added = state.attempt.calls.flatMap((call) => (call.item ? [{ call, item: call.item }] : []));
  added.sort((a, b) => a.item.outputIndex - b.item.outputIndex);
  for (const { call, item } of added) finishCall(state, call, item, events);
}

function splitName(given: unknown): [name: string, markup: string] {
  if (typeof given !== 'string') return ['', ''];
  const name = wellFormed(given);
  const at = name.indexOf('<');
  return at < 0 ? [name.trim(), ''] : [name.slice(0, at).trim(), name.slice(at)];
}

function kindOf(call: ToolCall): CallKind {
  return call.target?.kind ?? 'function';
}

function appendArguments(state: StreamState, call: ToolCall, delta: string, events: ResponseEvent[]): void {
  const text = appendDelta(call.arguments, delta);
  state.attempt.outputChars += text.length;
  if (text !== '' && call.item && kindOf(call) === 'function') pushArgumentsDelta(state, call.item, text, events);
}

function addItem(state: StreamState, call: ToolCall, events: ResponseEvent[]): void {
  closeOpenItem(state, 'completed', events);
  const outputIndex = takeOutputIndex(state);
  const kind = kindOf(call);
  const id = `${idPrefix[kind]}_${state.idStem}_${outputIndex}`;
  call.item = { id, outputIndex, callId: uniqueCallId(state, call.providerId, outputIndex) };
  if (!call.target) diagnose(state, 'call-to-unknown-tool', call.name);
  events.push({
    type: 'response.output_item.added',
    sequence_number: state.sequence++,
    output_index: outputIndex,
    item: callItem(call, call.item, 'in_progress', kind === 'tool_search' ? {} : ''),
  });
  if (kind === 'function' && call.arguments.length > 0) {
    pushArgumentsDelta(state, call.item, wholeText(call.arguments), events);
  }
}

/** Ids repeated within a conversation are refused by Z.ai with code 1214. */
function uniqueCallId(state: StreamState, providerId: string, outputIndex: number): string {
  const wanted = providerId === '' ? `call_${state.idStem}_${outputIndex}` : providerId;
  let id = wanted;
  for (let n = 2; state.callIds.has(id); n++) id = `${wanted}_${n}`;
  if (id !== wanted) diagnose(state, 'call-id-renamed', wanted);
  state.callIds.add(id);
  return id;
}

/** `content`: JSON arguments, custom input, or the parsed arguments of a tool search. */
function callItem(call: ToolCall, item: AddedItem, status: Status, content: unknown): OutputItem {
  const { id, callId: call_id } = item;
  const name = call.target?.name ?? call.name;
  const namespace = call.target?.namespace;
  const named = namespace === undefined ? { name } : { name, namespace };
  const kind = kindOf(call);
  switch (kind) {
    case 'function':
      return { type: 'function_call', id, call_id, ...named, arguments: String(content), status };
    case 'custom':
      return { type: 'custom_tool_call', id, call_id, ...named, input: String(content), status };
    case 'tool_search':
      return { type: 'tool_search_call', id, call_id, execution: 'client', arguments: content, status };
    default:
      return kind satisfies never;
  }
}

function finishCall(state: StreamState, call: ToolCall, item: AddedItem, events: ResponseEvent[]): void {
  const content = finishContent(state, call, item, events);
  const done = callItem(call, item, 'completed', content);
  state.items[item.outputIndex] = done;
  events.push({
    type: 'response.output_item.done',
    sequence_number: state.sequence++,
    output_index: item.outputIndex,
    item: done,
  });
}

/** Sends what comes before the item's end and returns the finished content. */
function finishContent(state: StreamState, call: ToolCall, item: AddedItem, events: ResponseEvent[]): unknown {
  const text = wholeText(call.arguments);
  const at = { item_id: item.id, output_index: item.outputIndex };
  if (kindOf(call) === 'custom') {
    // JSON may hold half a character as an escape
    const input = wellFormed(customInput(call.target?.name ?? call.name, text));
    events.push(
      { type: 'response.custom_tool_call_input.delta', sequence_number: state.sequence++, ...at, delta: input },
      { type: 'response.custom_tool_call_input.done', sequence_number: state.sequence++, ...at, input },
    );
    return input;
  }
  const { arguments: args, repair } = repairArguments(text, call.target?.parameters);
  if (repair) diagnose(state, 'call-arguments-repaired', `${call.name}: ${repair}`);
  if (kindOf(call) === 'tool_search') return searchArguments(args);
  if (text === '') pushArgumentsDelta(state, item, args, events);
  events.push({
    type: 'response.function_call_arguments.done',
    sequence_number: state.sequence++,
    ...at,
    name: call.target?.name ?? call.name,
    arguments: args,
  });
  return args;
}

/** They come back as they are, with every later request, so there must be nothing in them that a request may not hold. */
function searchArguments(args: string): unknown {
  const value = parseJson(args) ?? {};
  return JSON.parse(JSON.stringify(value), (name, part: unknown) => {
    if (name === '__proto__' || /[\0\p{Surrogate}]/u.test(name)) return undefined;
    return typeof part === 'string' ? wellFormed(part) : part;
  }) as unknown;
}

function pushArgumentsDelta(state: StreamState, item: AddedItem, delta: string, events: ResponseEvent[]): void {
  events.push({
    type: 'response.function_call_arguments.delta',
    sequence_number: state.sequence++,
    item_id: item.id,
    output_index: item.outputIndex,
    delta,
  });
}
