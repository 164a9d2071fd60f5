import type { ChatCompletionChunk, ChatUsage } from '../../protocol/chat.ts';
import { isObject } from '../request/parse-request.ts';
import { endReasoning, finishItem } from './event-content.ts';
import { openItem, text, type BroughtDelta, type EventItem, type EventReader, type Fields } from './event-items.ts';

/** The terminal event's response. Items that were not streamed, or not to their end, are taken from it. */
export function lastChunk(reader: EventReader, response: Fields, delta: BroughtDelta): ChatCompletionChunk {
  reader.ended = true;
  const wasStreamed = reader.items.length > 0;
  const output = Array.isArray(response['output']) ? response['output'].filter(isObject) : [];
  output.forEach((whole, place) => {
    const item = wasStreamed
      ? streamedItem(reader, whole, place)
      : openItem(reader, text(whole['type']), text(whole['id']), place);
    if (item) finishItem(reader, item, whole, delta);
  });
  endReasoning(reader, delta);
  const finish = finishReason(response);
  // a custom call whose end was not streamed
  for (const item of reader.items) {
    const isReady = item.type === 'custom_tool_call' && item.content !== '' && finish === 'stop';
    if (isReady && item.added) finishItem(reader, item, item.added, delta);
  }
  const usage = usageOf(response['usage']);
  return {
    ...(typeof response['model'] === 'string' ? { model: response['model'] } : {}),
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...(usage ? { usage } : {}),
  };
}

/**
 * To be called when the stream is over. One that was closed without a terminal event has come to its end all the same
 * when every item has: DeepSeek left the event out at times (seen 2026-08).
 */
export function endOfEvents({ items, ended }: EventReader): ChatCompletionChunk | undefined {
  const isAnswer = items.some(({ type }) => type !== 'reasoning') && items.every(({ done }) => done);
  return isAnswer && !ended ? { choices: [{ index: 0, finish_reason: 'stop' }] } : undefined;
}

function streamedItem({ items }: EventReader, whole: Fields, place: number): EventItem | undefined {
  const ofType = items.filter(({ type }) => type === whole['type']);
  return (
    ofType.find(({ id }) => id !== '' && id === whole['id']) ?? ofType.find(({ outputIndex }) => outputIndex === place)
  );
}

/** In the words of the chat wire. */
function finishReason({ status, incomplete_details: details }: Fields): string {
  if (status === 'failed' || status === 'cancelled') return 'error';
  if (status !== 'incomplete') return 'stop';
  return isObject(details) && details['reason'] === 'content_filter' ? 'content_filter' : 'length';
}

function usageOf(usage: unknown): ChatUsage | undefined {
  if (!isObject(usage)) return undefined;
  const { input_tokens_details: input, output_tokens_details: output } = usage;
  return {
    prompt_tokens: count(usage['input_tokens']),
    completion_tokens: count(usage['output_tokens']),
    total_tokens: count(usage['total_tokens']),
    prompt_tokens_details: { cached_tokens: count(isObject(input) ? input['cached_tokens'] : 0) },
    completion_tokens_details: { reasoning_tokens: count(isObject(output) ? output['reasoning_tokens'] : 0) },
  };
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
