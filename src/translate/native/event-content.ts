import { text, partsText, type BroughtDelta, type EventItem, type EventReader, type Fields } from './event-items.ts';
import { keepOriginalItem } from './original-item.ts';

export function addText(reader: EventReader, item: EventItem, added: string, delta: BroughtDelta): void {
  if (added === '') return;
  endReasoning(reader, delta);
  // one message may follow another without anything in between
  const isNext = item.content === '' && reader.items[reader.items.indexOf(item) - 1]?.type === 'message';
  item.content += added;
  delta.content += isNext ? `\n\n${added}` : added;
}

export function addReasoning(item: EventItem, kind: 'text' | 'summary', added: string, delta: BroughtDelta): void {
  item.shown ??= kind;
  if (item.shown !== kind || item.done) return;
  item.content += added;
  delta.reasoning_content += added;
}

/** Names the call. What it is called with comes later; custom calls wait for it. */
export function announceItem(reader: EventReader, item: EventItem, added: Fields, delta: BroughtDelta): void {
  item.added = added;
  if (item.type === 'function_call' && text(added['name']) !== '') nameCall(reader, item, added, delta);
}

export function addArguments(reader: EventReader, item: EventItem, added: string, delta: BroughtDelta): void {
  if (added === '') return;
  item.content += added;
  delta.tool_calls.push({ index: reader.items.indexOf(item), function: { arguments: added } });
}

/** Takes an item that is complete: gives on what its deltas did not bring. */
export function finishItem(reader: EventReader, item: EventItem, whole: Fields, delta: BroughtDelta): void {
  if (item.done) return;
  item.done = true;
  switch (item.type) {
    case 'message':
      return addText(reader, item, rest(item, partsText(whole['content'])), delta);
    case 'reasoning':
      return keepReasoning(reader, item, whole, delta);
    case 'function_call': {
      if (!text(item.added?.['name'])) nameCall(reader, item, whole, delta);
      const args = whole['arguments'] ?? '';
      return addArguments(reader, item, rest(item, typeof args === 'string' ? args : JSON.stringify(args)), delta);
    }
    case 'custom_tool_call': {
      nameCall(reader, item, whole, delta);
      // one field of JSON, as a chat model would call it
      const input = text(whole['input']) || item.content;
      item.content = '';
      return addArguments(reader, item, JSON.stringify({ input }), delta);
    }
    default:
      // the provider's own search and the like leave their traces in the text
      return;
  }
}

/** Thinking whose item was never ended is over when something else follows. */
export function endReasoning(reader: EventReader, delta: BroughtDelta): void {
  for (const item of reader.items) {
    if (item.type !== 'reasoning' || item.done || item.content === '') continue;
    const part = { type: 'reasoning_text', text: item.content };
    finishItem(reader, item, { type: 'reasoning', id: item.id, summary: [], content: [part] }, delta);
  }
}

function nameCall(reader: EventReader, item: EventItem, whole: Fields, delta: BroughtDelta): void {
  endReasoning(reader, delta);
  const id = text(whole['call_id']) || text(whole['id']);
  const index = reader.items.indexOf(item);
  delta.tool_calls.push({ index, id, type: 'function', function: { name: text(whole['name']) } });
}

/** The item goes into the envelope as the provider sent it. */
function keepReasoning(reader: EventReader, item: EventItem, whole: Fields, delta: BroughtDelta): void {
  const readable = partsText(whole['content']) || partsText(whole['summary'], '\n\n');
  if (readable === '' && !whole['encrypted_content']) return;
  if (item.content === '') delta.reasoning_content += readable;
  delta.reasoning_details.push(keepOriginalItem(reader.originals++, whole));
}

function rest(item: EventItem, whole: string): string {
  return whole.startsWith(item.content) ? whole.slice(item.content.length) : '';
}
