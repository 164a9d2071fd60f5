import type { ResponseEvent, WebSearchCallOutputItem } from '../../protocol/responses.ts';
import { closeOpenItem } from './open-item.ts';
import { takeOutputIndex, type StreamState } from './state.ts';

/**
 * Takes the results of GLM's own search (`web_search` on a chunk; docs.z.ai, chat completion reference, 2026-10). They
 * become an item at once, or behind the message that is under way: a message is not cut in two for them.
 */
export function takeSearchResults(state: StreamState, results: readonly unknown[], events: ResponseEvent[]): void {
  const { attempt } = state;
  // The same results may stand on every chunk.
  if (attempt.search === 'added' || results.length === 0) return;
  attempt.search = results;
  if (state.open?.type !== 'message') addSearchItem(state, events);
}

/** Adds the item whose results are waiting, if there are any. */
export function addSearchItem(state: StreamState, events: ResponseEvent[]): void {
  const { attempt } = state;
  if (attempt.search === undefined || attempt.search === 'added') return;
  const sources = attempt.search.flatMap((result) => sourceOf(result));
  attempt.search = 'added';
  closeOpenItem(state, 'completed', events);
  const outputIndex = takeOutputIndex(state);
  const id = `ws_${state.idStem}_${outputIndex}`;
  // The provider does not tell what it searched for.
  const action: WebSearchCallOutputItem['action'] = { type: 'search', query: '', sources };
  const done: WebSearchCallOutputItem = { type: 'web_search_call', id, status: 'completed', action };
  const at = { item_id: id, output_index: outputIndex };
  state.items[outputIndex] = done;
  events.push(
    {
      type: 'response.output_item.added',
      sequence_number: state.sequence++,
      output_index: outputIndex,
      item: { type: 'web_search_call', id, status: 'in_progress', action },
    },
    { type: 'response.web_search_call.in_progress', sequence_number: state.sequence++, ...at },
    { type: 'response.web_search_call.searching', sequence_number: state.sequence++, ...at },
    { type: 'response.web_search_call.completed', sequence_number: state.sequence++, ...at },
    {
      type: 'response.output_item.done',
      sequence_number: state.sequence++,
      output_index: outputIndex,
      item: done,
    },
  );
}

function sourceOf(result: unknown): { type: 'url'; url: string }[] {
  const link = typeof result === 'object' && result !== null && 'link' in result ? result.link : undefined;
  return typeof link === 'string' ? [{ type: 'url', url: link }] : [];
}
