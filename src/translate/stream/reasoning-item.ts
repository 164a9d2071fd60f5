import type { ReasoningOutputItem, ResponseEvent } from '../../protocol/responses.ts';
import { sealReasoning, type ReasoningField } from '../reasoning-envelope.ts';
import type { OpenReasoningItem } from './items-under-way.ts';
import { createReasoningDetails } from './reasoning-details.ts';
import { takeOutputIndex, type StreamState } from './state.ts';
import { appendDelta, createTextBuffer, wholeText } from './text-buffer.ts';

export function openReasoningItem(
  state: StreamState,
  field: ReasoningField,
  events: ResponseEvent[],
): OpenReasoningItem {
  const outputIndex = takeOutputIndex(state);
  const id = `rs_${state.idStem}_${outputIndex}`;
  events.push(
    {
      type: 'response.output_item.added',
      sequence_number: state.sequence++,
      output_index: outputIndex,
      item: { type: 'reasoning', id, status: 'in_progress', summary: [] },
    },
    {
      type: 'response.reasoning_summary_part.added',
      sequence_number: state.sequence++,
      item_id: id,
      output_index: outputIndex,
      summary_index: 0,
      part: { type: 'summary_text', text: '' },
    },
  );
  return { type: 'reasoning', id, outputIndex, text: createTextBuffer(), field, details: createReasoningDetails() };
}

export function appendReasoningText(
  state: StreamState,
  reasoning: OpenReasoningItem,
  delta: string,
  events: ResponseEvent[],
): void {
  const text = appendDelta(reasoning.text, delta);
  if (text === '') return;
  events.push({
    type: 'response.reasoning_summary_text.delta',
    sequence_number: state.sequence++,
    item_id: reasoning.id,
    output_index: reasoning.outputIndex,
    summary_index: 0,
    delta: text,
  });
}

export function closeReasoningItem(
  state: StreamState,
  reasoning: OpenReasoningItem,
  status: 'completed' | 'incomplete',
  events: ResponseEvent[],
): void {
  const { id, outputIndex, field, details } = reasoning;
  const text = wholeText(reasoning.text);
  const item: ReasoningOutputItem = {
    type: 'reasoning',
    id,
    status,
    summary: [{ type: 'summary_text', text }],
    encrypted_content: sealReasoning({
      family: state.options.family,
      field,
      text: field === 'reasoning_details' ? JSON.stringify(details.entries) : text,
    }),
  };
  state.items[outputIndex] = item;
  events.push(
    {
      type: 'response.reasoning_summary_text.done',
      sequence_number: state.sequence++,
      item_id: id,
      output_index: outputIndex,
      summary_index: 0,
      text,
    },
    {
      type: 'response.reasoning_summary_part.done',
      sequence_number: state.sequence++,
      item_id: id,
      output_index: outputIndex,
      summary_index: 0,
      part: { type: 'summary_text', text },
    },
    { type: 'response.output_item.done', sequence_number: state.sequence++, output_index: outputIndex, item },
  );
}
