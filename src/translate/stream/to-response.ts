import type { ChatCompletionChunk } from '../../protocol/chat.ts';
import type { Response, ResponseEvent } from '../../protocol/responses.ts';
import { openStream, reduceChunk, reduceEnd, startStream, type StreamOptions } from './reduce.ts';

/** Translates a chat completion that was not streamed (its choices hold `message`), by the same rules as a stream. */
export function completionToResponse(completion: ChatCompletionChunk, options: StreamOptions): Response {
  const state = startStream(options);
  return foldEvents([...openStream(state), ...reduceChunk(state, completion), ...reduceEnd(state)]);
}

/** The response that a finished stream's events describe. @throws Error when the terminal event is missing. */
export function foldEvents(events: readonly ResponseEvent[]): Response {
  const last = events.at(-1);
  switch (last?.type) {
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      return last.response;
    default:
      throw new Error('The events hold no finished response.');
  }
}
