import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../proxy/log.ts';
import { pathOf } from '../../proxy/routes/router.ts';

/** What a request turns out to be, filled in while it is served. Never content. */
export interface RequestFacts {
  session?: string | null;
  model?: string | undefined;
}

const factsOf = new WeakMap<ServerResponse, RequestFacts>();

/** Writes one line when the answer has gone out or the client has left. */
export function logRequest(request: IncomingMessage, response: ServerResponse, log: Log): void {
  const startedAtMs = Date.now();
  const message = `${request.method} ${pathOf(request)}`;
  response.once('close', () => {
    const fields = {
      ...factsOf.get(response),
      status: response.statusCode,
      clientLeft: !response.writableFinished,
      durationMs: Date.now() - startedAtMs,
    };
    log({ level: 'info', message, fields });
  });
}

/** Adds to the line of a request. */
export function noteFacts(response: ServerResponse, facts: RequestFacts): void {
  factsOf.set(response, { ...factsOf.get(response), ...facts });
}
