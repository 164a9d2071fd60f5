/**
 * Events of a provider's own Responses stream as chat completion chunks, so that one reducer makes every answer: what it
 * mends in a chat answer (half characters, broken arguments, repeated call ids, missing usage, a missing end) it mends
 * here too, and what codex gets has ids, numbers and an order of our own.
 *
 * Source: OpenAI's streaming reference; Z.ai sends its thinking as `reasoning_text` and leaves out some of the numbers
 * (2026-10), DeepSeek left out the terminal event at times (2026-08).
 */
import type { ChatCompletionChunk } from '../../protocol/chat.ts';
import { isObject } from '../request/parse-request.ts';
import { addArguments, addReasoning, addText, announceItem, finishItem } from './event-content.ts';
import { lastChunk } from './event-ending.ts';
import { itemOf, text, type BroughtDelta, type EventReader, type Fields } from './event-items.ts';

export { endOfEvents } from './event-ending.ts';
export { createEventReader, type EventReader } from './event-items.ts';

/**
 * What one event brings, as a chunk; undefined when it brings nothing. Takes a whole response, too. What a failure says
 * of itself is for whoever reads the bytes.
 */
export function readEvent(reader: EventReader, event: Fields): ChatCompletionChunk | undefined {
  const delta: BroughtDelta = { content: '', reasoning_content: '', reasoning_details: [], tool_calls: [] };
  const { item, response } = event;
  switch (event['type']) {
    case 'response.output_text.delta':
    case 'response.refusal.delta':
      addText(reader, itemOf(reader, event, 'message'), text(event['delta']), delta);
      break;
    case 'response.reasoning_text.delta':
      addReasoning(itemOf(reader, event, 'reasoning'), 'text', text(event['delta']), delta);
      break;
    case 'response.reasoning_summary_text.delta':
      addReasoning(itemOf(reader, event, 'reasoning'), 'summary', text(event['delta']), delta);
      break;
    case 'response.reasoning_summary_part.added':
      if (Number(event['summary_index']) > 0)
        addReasoning(itemOf(reader, event, 'reasoning'), 'summary', '\n\n', delta);
      break;
    case 'response.function_call_arguments.delta':
      addArguments(reader, itemOf(reader, event, 'function_call'), text(event['delta']), delta);
      break;
    case 'response.custom_tool_call_input.delta':
      itemOf(reader, event, 'custom_tool_call').content += text(event['delta']);
      break;
    case 'response.output_item.added':
      if (isObject(item))
        announceItem(reader, itemOf(reader, event, text(item['type']), text(item['id'])), item, delta);
      break;
    case 'response.output_item.done':
      if (isObject(item)) finishItem(reader, itemOf(reader, event, text(item['type']), text(item['id'])), item, delta);
      break;
    case 'response.created':
      return isObject(response) ? { model: text(response['model']) || null } : undefined;
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      return isObject(response) ? lastChunk(reader, response, delta) : undefined;
    default:
      return event['object'] === 'response' ? lastChunk(reader, event, delta) : undefined;
  }
  return isEmpty(delta) ? undefined : { choices: [{ index: 0, delta }] };
}

function isEmpty(delta: BroughtDelta): boolean {
  return (
    delta.content === '' &&
    delta.reasoning_content === '' &&
    delta.reasoning_details.length === 0 &&
    delta.tool_calls.length === 0
  );
}
