import type { ResponseEvent } from '../protocol/responses.ts';
import { toCompactionResponse } from '../translate/request/compaction.ts';
import type { ResponseSink } from './sse-writer.ts';

/**
 * For a request whose answer must be exactly one `compaction` item: takes the stream of the summary and passes on only
 * its beginning, the item, and the end. An answer that was cut short or failed ends as it is.
 */
export function createCompactionSink(sink: ResponseSink): ResponseSink {
  let sequence = 0;
  return {
    get started() {
      return sink.started;
    },
    write(events) {
      const passed = events.flatMap(translate).map((event) => ({ ...event, sequence_number: sequence++ }));
      return sink.write(passed);
    },
    refuse: (error) => sink.refuse(error),
    end: () => sink.end(),
  };
}

function translate(event: ResponseEvent): ResponseEvent[] {
  switch (event.type) {
    case 'response.created':
    case 'response.in_progress':
    case 'response.incomplete':
    case 'response.failed':
      return [event];
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
