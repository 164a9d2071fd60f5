import type { Response } from '../protocol/responses.ts';

/** A response that can be looked up and continued. */
export interface StoredResponse {
  /** As the client got it; its status is never `in_progress`. */
  response: Response;
  /**
   * All items that the model was given, those of earlier responses included. No chain of responses is ever walked, so
   * none can be broken by eviction or deletion, and none can run in a circle.
   */
  input: readonly unknown[];
  /** How many responses it continues, over all generations. */
  depth: number;
}

/**
 * Where responses are kept for `previous_response_id` and `GET /v1/responses/{id}`. Every call is asynchronous, and one
 * call is all that a request needs, so that a store on the network can follow.
 */
export interface HistoryStore {
  /**
   * Keeps a response, and drops the oldest ones as the limits demand. It can be got once this resolves; for the disk
   * store also by another process, after a crash of this one.
   * @returns false if it is larger than all that may be kept; nothing is dropped for it then
   */
  put(stored: StoredResponse): Promise<boolean>;
  /** Undefined for an id that is unknown, deleted, evicted or too old. */
  get(id: string): Promise<StoredResponse | undefined>;
  /** False if there was none. */
  delete(id: string): Promise<boolean>;
}

export interface HistoryLimits {
  /** Age at which a response is dropped. */
  ttlMs: number;
  maxResponses: number;
  /** Over all responses, as JSON. */
  maxBytes: number;
}

export const defaultHistoryLimits: HistoryLimits = {
  ttlMs: 168 * 3_600_000,
  maxResponses: 256,
  maxBytes: 512 * 1024 * 1024,
};
