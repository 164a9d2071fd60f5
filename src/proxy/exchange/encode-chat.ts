import type { ChatMessage, ChatRequest } from '../../protocol/chat.ts';

/** A chat request as JSON, in parts that follow each other; the same bytes as by JSON.stringify. */
export type ChatEncoder = (chat: ChatRequest) => Buffer[];

/** The JSON of messages, with commas between them: the first `length` bytes. */
interface EncodedMessages {
  messages: readonly ChatMessage[];
  bytes: Buffer;
  length: number;
}

/** Fewer are encoded faster than they are remembered. */
const minMessages = 16;

/**
 * An encoder that keeps the bytes of message objects that begin one request, for the next one that begins with them; no
 * longer than somebody else keeps the messages. Nobody may change them.
 */
export function createChatEncoder(): ChatEncoder {
  /** By the last message. */
  const encoded = new WeakMap<ChatMessage, EncodedMessages>();

  /** Whoever takes them may write behind `length`: requests under way end before it. */
  function take(messages: readonly ChatMessage[]): EncodedMessages | undefined {
    const last = messages.findLast((message) => encoded.has(message));
    const known = last && encoded.get(last);
    if (!last || !known?.messages.every((message, index) => message === messages[index])) return undefined;
    encoded.delete(last);
    return known;
  }

  return (chat) => {
    const { messages } = chat;
    const last = messages.at(-1);
    if (!last || messages.length < minMessages) return [Buffer.from(JSON.stringify(chat))];
    const known = take(messages) ?? { messages: [], bytes: Buffer.alloc(0), length: 0 };
    const { bytes, length } = append(known, messages.slice(known.messages.length));
    encoded.set(last, { messages, bytes, length });
    const shell = JSON.stringify({ ...chat, messages: [] });
    // only a model stands before it, and quotes in its name are escaped
    const start = shell.indexOf('"messages":[') + '"messages":['.length;
    return [Buffer.from(shell.slice(0, start)), bytes.subarray(0, length), Buffer.from(shell.slice(start))];
  };
}

function append(known: EncodedMessages, more: readonly ChatMessage[]): { bytes: Buffer; length: number } {
  const text = JSON.stringify(more).slice(1, -1);
  const comma = known.length > 0 && text !== '' ? ',' : '';
  const length = known.length + comma.length + Buffer.byteLength(text);
  const bytes = length <= known.bytes.length ? known.bytes : Buffer.allocUnsafe(Math.ceil(length * 1.25));
  if (bytes !== known.bytes) known.bytes.copy(bytes, 0, 0, known.length);
  bytes.write(comma, known.length);
  bytes.write(text, known.length + comma.length);
  return { bytes, length };
}
