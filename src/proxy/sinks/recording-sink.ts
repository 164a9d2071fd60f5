import type { Response, ResponseEvent } from '../../protocol/responses.ts';
import type { ResponseSink } from './sse-writer.ts';

export interface RecordingOptions {
  /** Put into every response that passes. */
  fields: { previous_response_id: string | null; store: boolean };
  isCancelled: () => boolean;
  /** Told of the response when it begins. */
  onStart(response: Response): void;
  /** Told of the response when it has ended with an answer or by cancellation. */
  onEnd(response: Response): Promise<void>;
}

/**
 * Watches a response on its way to the client. Its last event waits for `onEnd`: a client may continue the response as
 * soon as it has seen that event. Failed responses pass at once; they are not recorded.
 */
export function createRecordingSink(sink: ResponseSink, options: RecordingOptions): ResponseSink {
  let last: Promise<void> | undefined;

  async function finish(response: Response, events: readonly ResponseEvent[]): Promise<void> {
    await options.onEnd(response);
    await sink.write(events);
  }

  return {
    get started() {
      return sink.started;
    },
    write(events) {
      let final: Response | undefined;
      for (const event of events) {
        if (!('response' in event)) continue;
        Object.assign(event.response, options.fields);
        if (event.type === 'response.created') options.onStart(event.response);
        if (event.type === 'response.completed' || event.type === 'response.incomplete') final = event.response;
        if (event.type === 'response.failed' && options.isCancelled()) {
          final = Object.assign(event.response, { status: 'cancelled', error: null });
        }
      }
      if (!final) return sink.write(events);
      last = finish(final, events);
      return last;
    },
    refuse: (error) => sink.refuse(error),
    end() {
      if (last) void last.finally(() => sink.end());
      else sink.end();
    },
  };
}
