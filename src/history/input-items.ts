import { RequestError } from '../errors/errors.ts';
import type { StoredResponse } from './store.ts';

/** The query of `GET /v1/responses/{id}/input_items`. */
export interface ItemListQuery {
  limit?: string | undefined;
  order?: string | undefined;
  after?: string | undefined;
  before?: string | undefined;
}

/** OpenAI's list: newest first unless told otherwise. */
export interface ItemList {
  object: 'list';
  data: unknown[];
  first_id: string | null;
  last_id: string | null;
  has_more: boolean;
}

/**
 * One page of what a response was given. Items that came without an id get one made of the response's and their place.
 * @throws RequestError BAD_REQUEST for a limit outside of 1 to 100, an unknown order or an unknown id
 */
export function listInputItems({ response, input }: StoredResponse, query: ItemListQuery): ItemList {
  const { limit = '20', order = 'desc', after, before } = query;
  if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > 100)
    throw new RequestError('BAD_REQUEST', 400, '`limit` must be a number from 1 to 100.');
  if (order !== 'asc' && order !== 'desc') throw new RequestError('BAD_REQUEST', 400, '`order` must be asc or desc.');
  const stem = response.id.slice(response.id.indexOf('_') + 1);
  const items = input.map((item, index) => withId(item, `item_${stem}_${index}`));
  if (order === 'desc') items.reverse();
  const start = after === undefined ? 0 : placeOf(items, after) + 1;
  const end = before === undefined ? items.length : placeOf(items, before);
  const data = items.slice(start, Math.min(start + Number(limit), end));
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: start + data.length < end,
  };
}

function withId(item: unknown, id: string): { id: string } {
  const fields = typeof item === 'object' && item !== null ? item : { value: item };
  const typed = 'role' in fields && !('type' in fields) ? { type: 'message', ...fields } : fields;
  return 'id' in typed && typeof typed.id === 'string' ? { ...typed, id: typed.id } : { ...typed, id };
}

function placeOf(items: readonly { id: string }[], id: string): number {
  const place = items.findIndex((item) => item.id === id);
  if (place < 0) throw new RequestError('BAD_REQUEST', 400, `There is no item '${id}' in the input.`);
  return place;
}
