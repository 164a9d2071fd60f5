import type { ResponseHeaders } from './failure.ts';
import { ReceivedBody, type BodyControl } from './received-body.ts';

/** Text, or bytes in parts. */
export type PostBody = string | readonly Buffer[];

export interface PostRequest {
  method: 'POST';
  path: string;
  headers: Record<string, string>;
  body: PostBody;
  /** In milliseconds, as undici names them: until the status arrives, and between two reads of the body. */
  headersTimeout: number;
  bodyTimeout: number;
}

/** Told what happens to a request, in this order; nothing follows `onResponseEnd` or `onResponseError`. */
export interface PostHandler {
  onRequestStart(control: BodyControl): void;
  onResponseStart(control: BodyControl, status: number, headers: ResponseHeaders): void;
  onResponseData(bytes: Buffer): void;
  onResponseEnd(): void;
  onResponseError(error: Error): void;
}

/** Connections to one server. */
export interface PostDispatcher {
  dispatch(request: PostRequest, handler: PostHandler): void;
  /** Opens a connection that the next request takes, if it is still there then. That it fails is not told. */
  connect?(): void;
  /** Drops all connections, those in use too. */
  destroy(): Promise<void>;
}

export interface PostOptions extends Omit<PostRequest, 'method'> {
  signal: AbortSignal;
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
 * @throws the dispatcher's error, or the signal's reason; after the status the body throws them.
 */
export function post(
  dispatcher: PostDispatcher,
  { signal, headers, body: sent, ...request }: PostOptions,
): Promise<ReceivedAnswer> {
  return new Promise((resolve, reject) => {
    let control: BodyControl | undefined;
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
      { ...request, method: 'POST', headers: { ...headers, 'content-length': String(lengthOf(sent)) }, body: sent },
      {
        onRequestStart(started) {
          control = started;
          // aborted while it waited for a connection
          if (signal.aborted) started.abort(signal.reason as Error);
        },
        onResponseStart(started, status, received) {
          if (status < 200) return;
          body = new ReceivedBody(started);
          resolve({ status, headers: received, body });
        },
        onResponseData: (bytes) => body?.push(bytes),
        onResponseEnd: () => end(),
        onResponseError: end,
      },
    );
  });
}

/** In bytes. */
function lengthOf(body: PostBody): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.reduce((sum, part) => sum + part.length, 0);
}
