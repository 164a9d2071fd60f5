import type { ServerResponse } from 'node:http';
import type { Dialect } from '../../errors/present.ts';
import { ProviderError } from '../../errors/errors.ts';
import type { Response, ResponseEvent, TerminalEvent } from '../../protocol/responses.ts';
import { writeHttpError, type ResponseSink } from './sse-writer.ts';

/**
 * For clients that did not ask for a stream: answers with the `response` of the terminal event, or what `shape` makes of
 * it.
 */
export function createJsonSink(
  response: ServerResponse,
  dialect: Dialect,
  shape: (final: Response) => unknown = (final) => final,
): ResponseSink {
  let final: Response | undefined;
  return {
    // nothing is sent before the end, so an HTTP error is possible until then
    started: false,
    write(events) {
      const last = events.at(-1);
      if (last && isTerminal(last)) final = last.response;
      return undefined;
    },
    refuse(error) {
      writeHttpError(response, error, dialect);
    },
    end() {
      if (response.destroyed || response.writableEnded || !final) return;
      if (final.error) {
        const code = final.error.code === 'context_length_exceeded' ? 'PROVIDER_CONTEXT_LENGTH' : 'PROVIDER_FAILED';
        return writeHttpError(response, new ProviderError(code, final.error.message), dialect);
      }
      const body = JSON.stringify(shape(final));
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        .end(body);
    },
  };
}

function isTerminal(event: ResponseEvent): event is TerminalEvent {
  return (
    event.type === 'response.completed' || event.type === 'response.incomplete' || event.type === 'response.failed'
  );
}
