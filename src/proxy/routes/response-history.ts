import { continueResponse, findResponse } from '../../history/continue-response.ts';
import type { HistoryStore, StoredResponse } from '../../history/store.ts';
import { CodexGlmError, RequestError } from '../../errors/errors.ts';
import type { Response, ResponsesRequest } from '../../protocol/responses.ts';
import type { Log } from '../log.ts';
import { createRecordingSink } from '../sinks/recording-sink.ts';
import type { ResponseSink } from '../sinks/sse-writer.ts';

/** The responses of one proxy: those that are stored, and those under way. */
export interface ResponseHistory {
  /**
   * The request with what it refers to in it, and its recording.
   * @throws RequestError 404 for an id that is not stored
   */
  begin(request: ResponsesRequest, signal: AbortSignal): Promise<Recording>;
  /** @throws RequestError 404 */
  find(id: string): Promise<StoredResponse>;
  /** @throws RequestError 404 */
  delete(id: string): Promise<void>;
  /**
   * Ends a response that is under way.
   * @returns what became of it
   * @throws RequestError 404, or 400 for one that has ended by itself
   */
  cancel(id: string): Promise<Response>;
}

/** One request's way through the history. Disposed of when the request is over, however it ended. */
export interface Recording extends AsyncDisposable {
  /** Stands alone. */
  request: ResponsesRequest;
  /** Is anything in `request` that the client did not send? */
  isContinued: boolean;
  /** Aborts when the response is cancelled, and with the signal given. */
  signal: AbortSignal;
  /** A sink that stores the response before its last event goes out. */
  wrap(sink: ResponseSink): ResponseSink;
}

/** A response under way. */
interface Running {
  latest: StoredResponse;
  cancel: () => void;
  ended: Promise<void>;
}

export function createResponseHistory(store: HistoryStore, log: Log): ResponseHistory {
  const running = new Map<string, Running>();

  async function keep(stored: StoredResponse): Promise<void> {
    const { id } = stored.response;
    try {
      const isKept = await store.put(stored);
      if (!isKept) log({ level: 'warn', message: 'response is too large to be stored', fields: { response: id } });
    } catch (cause) {
      // the client gets its answer all the same
      const { code } = cause as NodeJS.ErrnoException;
      log({ level: 'error', message: 'response was not stored', fields: { response: id, code } });
    }
  }

  return {
    async begin(original, client) {
      const previousId = original.previous_response_id ?? null;
      const isStored = original.store !== false;
      // codex stores nothing (0.80 to 0.169): its requests pass untouched
      const { request, depth } =
        isStored || previousId !== null ? await continueResponse(original, store) : { request: original, depth: 0 };
      const controller = new AbortController();
      // by hand: AbortSignal.any costs 30 µs
      const abort = () => controller.abort(client.reason);
      if (client.aborted) abort();
      else client.addEventListener('abort', abort, { once: true });
      let isCancelled = false;
      const cancel = () => {
        isCancelled = true;
        controller.abort(new CodexGlmError('CANCELLED', 'The response was cancelled.'));
      };
      let id: string | undefined;
      let end: (() => void) | undefined;
      let kept: Promise<void> | undefined;
      return {
        request,
        isContinued: previousId !== null,
        signal: controller.signal,
        wrap: (sink) =>
          createRecordingSink(sink, {
            fields: { previous_response_id: previousId, store: isStored },
            isCancelled: () => isCancelled,
            onStart(response) {
              id = response.id;
              const ended = new Promise<void>((resolve) => {
                end = resolve;
              });
              // input is a list from here on: see continueResponse
              const input = typeof request.input === 'string' ? [] : request.input;
              running.set(id, { latest: { response, input, depth }, cancel, ended });
            },
            async onEnd(response) {
              const entry = running.get(response.id);
              if (!entry) return;
              entry.latest = { ...entry.latest, response };
              if (isStored) await (kept = keep(entry.latest));
            },
          }),
        async [Symbol.asyncDispose]() {
          await kept;
          if (id !== undefined) running.delete(id);
          end?.();
        },
      };
    },

    async find(id) {
      return running.get(id)?.latest ?? (await findResponse(id, store));
    },

    async delete(id) {
      await findResponse(id, store);
      await store.delete(id);
    },

    async cancel(id) {
      const entry = running.get(id);
      if (entry) {
        entry.cancel();
        await entry.ended;
        return entry.latest.response;
      }
      const { response } = await findResponse(id, store);
      if (response.status === 'cancelled') return response;
      throw new RequestError('BAD_REQUEST', 400, `Cannot cancel a ${response.status} response.`);
    },
  };
}
