import type { Dispatcher } from 'undici';
import type { ResponseHeaders } from './failure.ts';
import { ReceivedBody } from './received-body.ts';

/** Text, or bytes in parts. */
export type PostBody = string | readonly Buffer[];

export interface PostOptions {
  origin: string;
  path: string;
  headers: Record<string, string>;
  body: PostBody;
  signal: AbortSignal;
  /** In milliseconds, as undici means them: until the status arrives, and between two reads of the body. */
  headersTimeout: number;
  bodyTimeout: number;
}

export interface ReceivedAnswer {
  status: number;
  headers: ResponseHeaders;
  body: ReceivedBody;
}

/**
 * Posts a body; resolves when the status is there. The answer's body has to be read to its end, or given up by `resume`
 * or `destroy`.
 *
 * @throws undici's error, or the signal's reason; after the status the body throws them.
 */
export function post(
  dispatcher: Dispatcher,
  { signal, headers, body: sent, ...request }: PostOptions,
): Promise<ReceivedAnswer> {
  return new Promise((resolve, reject) => {
    let control: Dispatcher.DispatchController | undefined;
    let body: ReceivedBody | undefined;

    const abort = () => {
      control?.abort(signal.reason as Error);
      end(signal.reason as Error);
    };
    function end(failure?: Error): void {
      signal.removeEventListener('abort', abort);
      body?.end(failure);
      if (failure) reject(failure);
    }

    signal.addEventListener('abort', abort);
    dispatcher.dispatch(
      { ...request, method: 'POST', ...(typeof sent === 'string' ? { headers, body: sent } : inParts(headers, sent)) },
      {
        onRequestStart(controller) {
          control = controller;
          // aborted while it waited for a connection
          if (signal.aborted) controller.abort(signal.reason as Error);
        },
        onResponseStart(controller, status, headers) {
          if (status < 200) return;
          body = new ReceivedBody(controller);
          resolve({ status, headers, body });
        },
        onResponseData: (_, bytes) => body?.push(bytes),
        onResponseEnd: () => end(),
        onResponseError: (_, error) => end(error),
      },
    );
  });
}

/** undici takes any iterable (its documentation says so, its types do not); told the length, it sends no chunks. */
function inParts(headers: Record<string, string>, parts: readonly Buffer[]) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return {
    headers: { ...headers, 'content-length': String(length) },
    body: parts as unknown as Buffer,
  };
}
