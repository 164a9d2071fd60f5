import type { OutputItem, ResponseEvent } from '../../src/protocol/responses.ts';

interface Seen {
  item: OutputItem;
  /** Sum of the item's deltas. */
  deltas: string;
  partOpen: boolean;
  /** Text of the item's own `.done` event. */
  text: string | undefined;
  done: OutputItem | undefined;
}

const terminalTypes = ['response.completed', 'response.incomplete', 'response.failed'];

/**
 * Everything that is wrong with a finished stream's events, in plain words; empty when they are legal by OpenAI's
 * streaming reference and by what codex does with them. `repaired`: arguments may differ from their deltas.
 */
export function illegalities(events: readonly ResponseEvent[], { repaired = false } = {}): string[] {
  const wrong: string[] = [];
  const seen: Seen[] = [];
  const at = (index: number): Seen => {
    const found = seen[index];
    if (found) return found;
    wrong.push(`output_index ${index} was never added`);
    const item: OutputItem = { type: 'compaction', id: '', encrypted_content: '' };
    return { item, deltas: '', partOpen: false, text: undefined, done: undefined };
  };

  events.forEach((event, position) => {
    const where = `${position} ${event.type}`;
    if (event.sequence_number !== position) wrong.push(`${where}: sequence_number ${event.sequence_number}`);
    if (hasLoneSurrogate(event)) wrong.push(`${where}: half a character`);
    if ((event.type === 'response.created') !== (position === 0)) wrong.push(`${where}: created must be first`);
    if ((event.type === 'response.in_progress') !== (position === 1))
      wrong.push(`${where}: in_progress must be second`);
    const isLast = position === events.length - 1;
    if (terminalTypes.includes(event.type) !== isLast) wrong.push(`${where}: the terminal event must be the last`);
    if ('item_id' in event) {
      const of = at(event.output_index);
      if (of.item.id !== event.item_id) wrong.push(`${where}: item_id ${event.item_id} is not ${of.item.id}`);
      if (of.done) wrong.push(`${where}: behind the item's done`);
    }
    switch (event.type) {
      case 'response.output_item.added':
        if (event.output_index !== seen.length)
          wrong.push(`${where}: output_index ${event.output_index} is out of order`);
        seen.push({ item: event.item, deltas: '', partOpen: false, text: undefined, done: undefined });
        break;
      case 'response.output_item.done': {
        const of = at(event.output_index);
        if (of.done) wrong.push(`${where}: second done`);
        if (of.item.id !== event.item.id || of.item.type !== event.item.type) wrong.push(`${where}: another item`);
        if (of.partOpen) wrong.push(`${where}: its part is still open`);
        const text = contentOf(event.item);
        if (text !== undefined && text !== of.text) wrong.push(`${where}: its text is not that of its done event`);
        of.done = event.item;
        break;
      }
      case 'response.content_part.added':
      case 'response.reasoning_summary_part.added':
        at(event.output_index).partOpen = true;
        break;
      case 'response.content_part.done':
      case 'response.reasoning_summary_part.done':
        if (!at(event.output_index).partOpen) wrong.push(`${where}: no part is open`);
        at(event.output_index).partOpen = false;
        if (event.part.text !== at(event.output_index).text) wrong.push(`${where}: another text`);
        break;
      case 'response.output_text.delta':
      case 'response.reasoning_summary_text.delta':
        if (!at(event.output_index).partOpen) wrong.push(`${where}: no part is open`);
        at(event.output_index).deltas += event.delta;
        break;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        at(event.output_index).deltas += event.delta;
        break;
      case 'response.output_text.done':
      case 'response.reasoning_summary_text.done':
        finish(event.output_index, event.text, where, true);
        break;
      case 'response.function_call_arguments.done':
        finish(event.output_index, event.arguments, where, !repaired);
        break;
      case 'response.custom_tool_call_input.done':
        finish(event.output_index, event.input, where, true);
        break;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        wrong.push(...wrongEnding(event.response.output, seen, where, event.type === 'response.completed'));
        break;
      default:
        break;
    }
  });
  return wrong;

  function finish(index: number, text: string, where: string, mustAddUp: boolean): void {
    const of = at(index);
    if (of.text !== undefined) wrong.push(`${where}: second done of the text`);
    of.text = text;
    if (mustAddUp && of.deltas !== text) wrong.push(`${where}: the deltas don't add up to the text`);
  }
}

function wrongEnding(output: OutputItem[], seen: Seen[], where: string, completed: boolean): string[] {
  const wrong: string[] = [];
  const done = seen.flatMap((of) => (of.done ? [of.done] : []));
  if (JSON.stringify(output) !== JSON.stringify(done)) wrong.push(`${where}: output is not the list of finished items`);
  if (completed && done.length !== seen.length) wrong.push(`${where}: completed with an open item`);
  if (completed && !done.some((item) => item.type !== 'reasoning')) wrong.push(`${where}: completed without an answer`);
  return wrong;
}

/** What the item's `.done` text event must have said; undefined for items that have none. */
function contentOf(item: OutputItem): string | undefined {
  switch (item.type) {
    case 'message':
      return item.content[0]?.text;
    case 'reasoning':
      return item.summary[0]?.text;
    case 'function_call':
      return item.arguments;
    case 'custom_tool_call':
      return item.input;
    default:
      return undefined;
  }
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasLoneSurrogate);
}
