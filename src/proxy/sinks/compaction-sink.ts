import type { ResponseEvent } from '../../protocol/responses.ts';
import { toCompactionResponse } from '../../translate/request/compaction.ts';
import type { ResponseSink } from './sse-writer.ts';

/**
 * For a request whose answer must be exactly one `compaction` item: takes the stream of the summary and passes on only
 * its beginning, the item, and the end. An answer that was cut short or failed ends so, without the items that the client
 * has not seen.
 */
export function createCompactionSink(sink: ResponseSink): ResponseSink {
  let sequence = 0;
  return {
    get started() {
      return sink.started;
    },
    write(events) {
      const passed = events.flatMap(translate).map((event) => ({ ...event, sequence_number: sequence++ }));
      // nothing written: the client's keep-alive goes on
      return passed.length > 0 ? sink.write(passed) : undefined;
    },
    refuse: (error) => sink.refuse(error),
    end: () => sink.end(),
  };
}

function translate(event: ResponseEvent): ResponseEvent[] {
  switch (event.type) {
    case 'response.created':
    case 'response.in_progress':
      return [event];
    case 'response.incomplete':
    case 'response.failed':
      return [{ ...event, response: { ...event.response, output: [] } }];
    case 'response.completed': {
      const response = toCompactionResponse(event.response);
      const { sequence_number } = event;
      const items = response.output.flatMap((item, output_index): ResponseEvent[] => [
        { type: 'response.output_item.added', sequence_number, output_index, item },
        { type: 'response.output_item.done', sequence_number, output_index, item },
      ]);
      return [...items, { ...event, response }];
    }
    default:
      return [];
  }
}
