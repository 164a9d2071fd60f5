import type { UserInput } from '../../protocol/app-server.ts';
import type { TurnMessage, TurnPart } from './messages.ts';

/** A conversation cut up for a thread of codex. */
export interface ThreadContent {
  /** The system text; becomes the thread's developer instructions. */
  instructions: string | undefined;
  /** Messages that stand between the instructions and the input; for `historyItems`. */
  history: TurnMessage[];
  /** What the turn begins with. */
  input: TurnPart[];
}

/** For a thread that has the conversation already: the system text and the latest user message. */
export function latestTurn(messages: readonly TurnMessage[]): ThreadContent {
  const latest = messages.findLast((message) => message.role === 'user');
  return {
    instructions: joinSystem(messages.filter((message) => message.role === 'system')),
    history: [],
    input: latest?.parts ?? [],
  };
}

/** For a thread that is new: everything. System text behind the first other message keeps its place. */
export function wholeConversation(messages: readonly TurnMessage[]): ThreadContent {
  const firstOther = messages.findIndex((message) => message.role !== 'system');
  const rest = messages.slice(firstOther);
  const last = rest.at(-1);
  const endsWithUser = last?.role === 'user';
  return {
    instructions: joinSystem(messages.slice(0, firstOther)),
    history: endsWithUser ? rest.slice(0, -1) : rest,
    // a turn needs an input; the client wants one that goes on from what an assistant or a tool has said last
    input: endsWithUser ? last.parts : [{ type: 'text', text: 'Go on.' }],
  };
}

function joinSystem(messages: readonly TurnMessage[]): string | undefined {
  return messages.map((message) => textOf(message.parts)).join('\n\n') || undefined;
}

/** As input of a turn. Images must be data URLs by now. */
export function toUserInput(parts: readonly TurnPart[]): UserInput[] {
  return parts.map((part) =>
    part.type === 'text' ? { ...part, text_elements: [] } : { type: 'image', url: part.source },
  );
}

/** As items of the Responses API, with their roles; for `thread/inject_items`. Images must be data URLs by now. */
export function historyItems(messages: readonly TurnMessage[]): unknown[] {
  return messages.flatMap((message): unknown[] => {
    const { role, parts, calls, callId } = message;
    switch (role) {
      case 'tool':
        return [toolItem(callId, parts)];
      case 'assistant': {
        // in the Responses API an assistant shows no images
        const images = parts.filter(({ type }) => type === 'image');
        const text = parts.filter(({ type }) => type === 'text');
        return [
          ...messageItem(role, text),
          ...(images.length > 0 ? messageItem('user', labelled('Shown by the assistant:', images)) : []),
          // last: their results follow
          ...calls.map(({ id, name, arguments: args }) => ({
            type: 'function_call',
            call_id: id,
            name,
            arguments: args,
          })),
        ];
      }
      default:
        return messageItem(role === 'system' ? 'developer' : role, parts);
    }
  });
}

function messageItem(role: 'developer' | 'user' | 'assistant', parts: readonly TurnPart[]): unknown[] {
  if (parts.length === 0) return [];
  return [{ type: 'message', role, content: parts.map((part) => contentPart(role, part)) }];
}

function toolItem(callId: string | undefined, parts: readonly TurnPart[]): unknown {
  if (callId === undefined) return messageItem('user', labelled('Result of a tool:', parts))[0];
  const hasImages = parts.some(({ type }) => type === 'image');
  const output = hasImages ? parts.map((part) => contentPart('user', part)) : textOf(parts);
  return { type: 'function_call_output', call_id: callId, output };
}

function labelled(label: string, parts: readonly TurnPart[]): TurnPart[] {
  return [{ type: 'text', text: label }, ...parts];
}

function contentPart(role: 'developer' | 'user' | 'assistant', part: TurnPart): unknown {
  if (part.type === 'image') return { type: 'input_image', image_url: part.source };
  return { type: role === 'assistant' ? 'output_text' : 'input_text', text: part.text };
}

function textOf(parts: readonly TurnPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
