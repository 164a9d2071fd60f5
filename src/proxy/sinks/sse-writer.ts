import type { ServerResponse } from 'node:http';
import { toCodexError, toOpenAiError, type Dialect } from '../../errors/present.ts';
import type { CodexGlmError } from '../../errors/errors.ts';
import type { ResponseEvent } from '../../protocol/responses.ts';
import { drained, writePart } from './chunked-body.ts';

/** Where an exchange puts its events. */
export interface ResponseSink {
  /** Has the client got the status line? Then a failure can only be an event. */
  readonly started: boolean;
  /** Sends events in one write. The promise, if there is one, resolves when the client can take more. */
  write(events: readonly ResponseEvent[]): Promise<void> | undefined;
  /** Answers with an HTTP error instead; only before `started`. */
  refuse(error: CodexGlmError): void;
  /** Nothing follows. */
  end(): void;
}

/** Writes an HTTP error in the client's dialect. */
export function writeHttpError(response: ServerResponse, error: CodexGlmError, dialect: Dialect): void {
  const { status, headers, body } = dialect === 'codex' ? toCodexError(error) : toOpenAiError(error);
  // a request that was not read to its end can't be followed by another one
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/**
 * Streams events as SSE. After `keepAliveMs` without a write something is sent: codex resets its idle timer only for
 * data events (seen with 0.169), other clients want a comment, which no SSE parser shows them.
 */
export function createSseSink(response: ServerResponse, dialect: Dialect, keepAliveMs: number): ResponseSink {
  const keepAlive = dialect === 'codex' ? 'data: {"type":"keepalive"}\n\n' : ': keep-alive\n\n';
  let timer: NodeJS.Timeout | undefined;
  let started = false;

  function start(): void {
    started = true;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    timer = setInterval(() => {
      if (!response.socket?.writableNeedDrain) writePart(response, keepAlive);
    }, keepAliveMs);
    response.once('close', () => clearInterval(timer));
  }

  return {
    get started() {
      return started;
    },
    write(events) {
      // an empty chunk would end the body
      if (events.length === 0 && started) return undefined;
      if (response.destroyed || response.writableEnded) return undefined;
      const text = encodeEvents(events);
      if (started) {
        timer?.refresh();
        return writePart(response, text) ? undefined : drained(response);
      }
      start();
      return response.write(text) ? undefined : drained(response);
    },
    refuse(error) {
      writeHttpError(response, error, dialect);
    },
    end() {
      clearInterval(timer);
      response.end();
    },
  };
}

/** Events as SSE text, in the order given. */
export function encodeEvents(events: readonly ResponseEvent[]): string {
  let text = '';
  for (const event of events) text += `event: ${event.type}\ndata: ${encodeEvent(event)}\n\n`;
  return text;
}

/** The three events that come once per token are put together by hand: a third of the cost of JSON.stringify. */
function encodeEvent(event: ResponseEvent): string {
  switch (event.type) {
    case 'response.output_text.delta':
      return `{"type":"response.output_text.delta","item_id":"${event.item_id}","output_index":${event.output_index},"content_index":${event.content_index},"delta":${JSON.stringify(event.delta)},"logprobs":[],"sequence_number":${event.sequence_number}}`;
    case 'response.reasoning_summary_text.delta':
      return `{"type":"response.reasoning_summary_text.delta","item_id":"${event.item_id}","output_index":${event.output_index},"summary_index":${event.summary_index},"delta":${JSON.stringify(event.delta)},"sequence_number":${event.sequence_number}}`;
    case 'response.function_call_arguments.delta':
      return `{"type":"response.function_call_arguments.delta","item_id":"${event.item_id}","output_index":${event.output_index},"delta":${JSON.stringify(event.delta)},"sequence_number":${event.sequence_number}}`;
    default:
      return JSON.stringify(event);
  }
}
