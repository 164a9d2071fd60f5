import type { ChatToolCallDelta } from '../../protocol/chat.ts';

/** A JSON object as a provider sent it: every field has to be looked at before it is believed. */
export type Fields = Record<string, unknown>;

/** One output item of a provider's answer. */
export interface EventItem {
  type: string;
  /** "" until known. */
  id: string;
  outputIndex: number | undefined;
  /** The item as it was announced; its content is empty then. */
  added: Fields | undefined;
  /** Content so far, as it came in deltas. */
  content: string;
  /** Which of the two kinds of thinking is given on: some servers send the same as both. */
  shown: 'text' | 'summary' | undefined;
  done: boolean;
}

/** What is known of one answer. The items of another attempt have nothing to do with it. */
export interface EventReader {
  readonly items: EventItem[];
  /** How many reasoning items were kept. */
  originals: number;
  /** The terminal event came. */
  ended: boolean;
}

/** What one event brings, in the words of the chat wire. */
export interface BroughtDelta {
  content: string;
  reasoning_content: string;
  reasoning_details: unknown[];
  tool_calls: ChatToolCallDelta[];
}

export function createEventReader(): EventReader {
  return { items: [], originals: 0, ended: false };
}

/** The item that an event belongs to: by id, else by place, else the open one of that kind; a new one when there is none. */
export function itemOf(reader: EventReader, event: Fields, type: string, id = text(event['item_id'])): EventItem {
  const outputIndex = typeof event['output_index'] === 'number' ? event['output_index'] : undefined;
  const found =
    reader.items.findLast((item) => id !== '' && item.id === id) ??
    reader.items.findLast((item) => item.type === type && !item.done && isAt(item, id, outputIndex));
  return found?.type === type ? found : openItem(reader, type, id, outputIndex);
}

/** Ids may change between the events of one item, or be missing; so may the place. */
function isAt(item: EventItem, id: string, outputIndex: number | undefined): boolean {
  if (outputIndex !== undefined && item.outputIndex !== undefined) return item.outputIndex === outputIndex;
  return id === '' || item.id === '';
}

export function openItem(reader: EventReader, type: string, id: string, outputIndex: number | undefined): EventItem {
  const item: EventItem = { type, id, outputIndex, added: undefined, content: '', shown: undefined, done: false };
  reader.items.push(item);
  return item;
}

/** The text of a string or of an array of parts. */
export function partsText(parts: unknown, separator = ''): string {
  if (typeof parts === 'string') return parts;
  if (!Array.isArray(parts)) return '';
  return parts.map((part: Fields | null) => text(part?.['text']) || text(part?.['refusal'])).join(separator);
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
