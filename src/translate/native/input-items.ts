import type {
  ChatAssistantMessage,
  ChatContentPart,
  ChatMessage,
  ChatToolCall,
  ChatUserMessage,
} from '../../protocol/chat.ts';
import type { InputItem, InputPart } from '../../protocol/responses.ts';
import { isObject } from '../request/parse-request.ts';
import { parseJson } from '../stream/parse-json.ts';
import { originalItem } from './original-item.ts';

export interface InputItemOptions {
  /** Is the tool of that name declared as freeform? */
  isFreeform: (flatName: string) => boolean;
  /** Each call directly before its own output. */
  pairedCalls: boolean;
}

/**
 * Chat messages as Responses items, in the form in which codex sends them. The messages are a repaired history: one
 * leading system message, each tool message behind its call, every call answered.
 */
export function toInputItems(
  messages: readonly ChatMessage[],
  { isFreeform, pairedCalls }: InputItemOptions,
): { instructions?: string; input: unknown[] } {
  const [first] = messages;
  const instructions = first?.role === 'system' ? first.content : undefined;
  /** Reasoning items in a provider's form are not ours to type. */
  const input: unknown[] = [];
  const calls = new Map<string, ChatToolCall>();
  messages.forEach((message, index) => {
    switch (message.role) {
      case 'system':
        if (index > 0) input.push(textMessage('developer', message.content));
        return;
      case 'user':
        input.push(userMessage(message));
        return;
      case 'assistant':
        input.push(...reasoningItems(message, index));
        if (message.content !== '') input.push(textMessage('assistant', message.content));
        for (const call of message.tool_calls ?? []) {
          calls.set(call.id, call);
          if (!pairedCalls) input.push(callItem(call, isFreeform));
        }
        return;
      case 'tool': {
        const call = calls.get(message.tool_call_id);
        if (call && pairedCalls) input.push(callItem(call, isFreeform));
        const type = call && isFreeform(call.function.name) ? 'custom_tool_call_output' : 'function_call_output';
        input.push({ type, call_id: message.tool_call_id, output: message.content } satisfies InputItem);
        return;
      }
      default:
        message satisfies never;
    }
  });
  return instructions === undefined ? { input } : { instructions, input };
}

function textMessage(role: 'developer' | 'assistant', text: string): InputItem {
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  return { type: 'message', role, content: [{ type, text }] };
}

function userMessage({ content }: ChatUserMessage): InputItem {
  const parts: ChatContentPart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  return { type: 'message', role: 'user', content: parts.map(inputPart) };
}

function inputPart(part: ChatContentPart): InputPart {
  if (part.type === 'text') return { type: 'input_text', text: part.text };
  const { url, detail = 'auto' } = part.image_url;
  return { type: 'input_image', image_url: url, detail };
}

/**
 * The provider's own items as they came; else the placeholder that a provider wants where the thinking is lost. `index`
 * makes an id of it that stays the same in every later request.
 */
function reasoningItems(
  { reasoning_details: details = [], reasoning_content: text }: ChatAssistantMessage,
  index: number,
): unknown[] {
  const originals = details.flatMap((detail) => originalItem(detail) ?? []);
  if (originals.length > 0 || text === undefined) return originals;
  const item: InputItem = {
    type: 'reasoning',
    id: `rs_${index}`,
    summary: [],
    content: [{ type: 'reasoning_text', text }],
  };
  return [item];
}

function callItem({ id, function: called }: ChatToolCall, isFreeform: (flatName: string) => boolean): InputItem {
  const { name } = called;
  if (!isFreeform(name)) return { type: 'function_call', call_id: id, name, arguments: called.arguments };
  // the history's freeform calls stand in one field of their function form
  const fields = parseJson(called.arguments);
  const input = isObject(fields) && typeof fields['input'] === 'string' ? fields['input'] : called.arguments;
  return { type: 'custom_tool_call', call_id: id, name, input };
}
