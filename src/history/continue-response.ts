import { RequestError } from '../errors/errors.ts';
import type { ResponsesRequest } from '../protocol/responses.ts';
import type { HistoryStore, StoredResponse } from './store.ts';

/** A request with everything in it that it referred to. */
export interface ContinuedRequest {
  /** Stands alone: without `previous_response_id`, and without references to items. */
  request: ResponsesRequest & { input: readonly unknown[] };
  /** See {@link StoredResponse.depth}. */
  depth: number;
}

/** Far more turns than fit into any model's window; a client that goes on without end is stopped here. */
const maxDepth = 4096;

/**
 * Puts the items of the previous response, and those that are only referred to by id, into the request. Its reasoning
 * comes along; its instructions do not (OpenAI's reference, `previous_response_id`, 2026-10).
 * @throws RequestError NOT_FOUND (404) for an id that is not stored, BAD_REQUEST (400) for one that is no text
 */
export async function continueResponse(request: ResponsesRequest, store: HistoryStore): Promise<ContinuedRequest> {
  const { previous_response_id: previousId, ...rest } = request;
  const own = await resolveReferences(itemsOf(request.input), store);
  if (previousId === undefined || previousId === null) return { request: { ...rest, input: own }, depth: 0 };
  if (typeof previousId !== 'string')
    throw new RequestError('BAD_REQUEST', 400, '`previous_response_id` must be a string.');
  const previous = await findResponse(previousId, store);
  const depth = previous.depth + 1;
  if (depth > maxDepth)
    throw new RequestError('BAD_REQUEST', 400, `Response '${previousId}' continues ${previous.depth} others already.`, {
      hint: 'Begin a new conversation.',
    });
  return { request: { ...rest, input: [...previous.input, ...previous.response.output, ...own] }, depth };
}

/** @throws RequestError NOT_FOUND (404) */
export async function findResponse(id: string, store: HistoryStore): Promise<StoredResponse> {
  const found = await store.get(id);
  if (found) return found;
  throw new RequestError('NOT_FOUND', 404, `Response with id '${id}' not found.`, {
    hint: 'It was made with store: false, was deleted, or is older than what the history keeps.',
  });
}

function itemsOf(input: ResponsesRequest['input']): readonly unknown[] {
  if (typeof input !== 'string') return input;
  return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }];
}

/** Clients that rely on `store` send back items of an answer as `{type: "item_reference", id}` (Vercel AI SDK 5). */
async function resolveReferences(items: readonly unknown[], store: HistoryStore): Promise<readonly unknown[]> {
  if (!items.some(isReference)) return items;
  return Promise.all(items.map((item) => (isReference(item) ? findItem(item.id, store) : item)));
}

function isReference(item: unknown): item is { id: string } {
  if (typeof item !== 'object' || item === null || !('id' in item) || typeof item.id !== 'string') return false;
  return 'type' in item ? item.type === 'item_reference' : !('role' in item);
}

/** The ids of output items are made of their response's: `msg_<stem>_<index>`. */
async function findItem(id: string, store: HistoryStore): Promise<unknown> {
  const stem = id.split('_').at(-2);
  const stored = stem === undefined ? undefined : await store.get(`resp_${stem}`);
  const item = stored?.response.output.find((each) => each.id === id);
  if (item) return item;
  throw new RequestError('NOT_FOUND', 404, `Item with id '${id}' not found.`, {
    hint: 'Only items of stored responses can be referred to.',
  });
}
