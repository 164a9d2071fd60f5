import type { MessageOutputItem, ResponseEvent } from '../../protocol/responses.ts';
import type { OpenMessage } from './items-under-way.ts';
import { takeOutputIndex, type StreamState } from './state.ts';
import { appendDelta, createTextBuffer, wholeText } from './text-buffer.ts';

export function openMessage(state: StreamState, events: ResponseEvent[]): OpenMessage {
  const outputIndex = takeOutputIndex(state);
  const id = `msg_${state.idStem}_${outputIndex}`;
  events.push(
    {
      type: 'response.output_item.added',
      sequence_number: state.sequence++,
      output_index: outputIndex,
      item: { type: 'message', id, role: 'assistant', status: 'in_progress', content: [] },
    },
    {
      type: 'response.content_part.added',
      sequence_number: state.sequence++,
      item_id: id,
      output_index: outputIndex,
      content_index: 0,
      part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
    },
  );
  return { type: 'message', id, outputIndex, text: createTextBuffer() };
}

export function appendMessageText(
  state: StreamState,
  message: OpenMessage,
  delta: string,
  events: ResponseEvent[],
): void {
  const text = appendDelta(message.text, delta);
  if (text === '') return;
  events.push({
    type: 'response.output_text.delta',
    sequence_number: state.sequence++,
    item_id: message.id,
    output_index: message.outputIndex,
    content_index: 0,
    delta: text,
    logprobs: [],
  });
}

export function closeMessage(
  state: StreamState,
  message: OpenMessage,
  status: 'completed' | 'incomplete',
  events: ResponseEvent[],
): void {
  const { id, outputIndex } = message;
  const text = wholeText(message.text);
  const item: MessageOutputItem = {
    type: 'message',
    id,
    role: 'assistant',
    status,
    content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
  };
  state.items[outputIndex] = item;
  events.push(
    {
      type: 'response.output_text.done',
      sequence_number: state.sequence++,
      item_id: id,
      output_index: outputIndex,
      content_index: 0,
      text,
      logprobs: [],
    },
    {
      type: 'response.content_part.done',
      sequence_number: state.sequence++,
      item_id: id,
      output_index: outputIndex,
      content_index: 0,
      part: { type: 'output_text', text, annotations: [], logprobs: [] },
    },
    { type: 'response.output_item.done', sequence_number: state.sequence++, output_index: outputIndex, item },
  );
}
