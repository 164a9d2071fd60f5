import type { ChatCompletionChunk } from '../../protocol/chat.ts';
import type { ResponseEvent } from '../../protocol/responses.ts';
import { openStream, reduceChunk, reduceEnd, reduceFailure, startStream, type StreamOptions } from './reduce.ts';

/**
 * Chat completion chunks in, Responses events out, each as soon as it is known; the last one is the only terminal event.
 * A source that throws ends the response with `response.failed`, and the error's message in it. Stopping early ends the
 * source.
 */
export async function* translateStream(
  chunks: AsyncIterable<ChatCompletionChunk>,
  options: StreamOptions,
): AsyncGenerator<ResponseEvent, void, undefined> {
  const state = startStream(options);
  yield* openStream(state);
  try {
    for await (const chunk of chunks) yield* reduceChunk(state, chunk);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    yield* reduceFailure(state, { code: 'server_error', message });
    return;
  }
  yield* reduceEnd(state);
}
