import type { ServerResponse } from 'node:http';
import { RequestError } from '../../errors/errors.ts';
import { listInputItems } from '../../history/input-items.ts';
import type { ResponseHistory } from './response-history.ts';
import { pathOf, queryOf, type Handler, type Route } from './router.ts';

/** What can be done with a response by its id; 404 for one that is not stored. */
export function storedResponsesRoutes(history: ResponseHistory): Route[] {
  const path = '/v1/responses/{id}';
  return [
    {
      method: 'GET',
      path,
      handle: withId(async (id, response) => {
        if (queryOf(response.req).get('stream') === 'true')
          throw new RequestError('BAD_REQUEST', 400, 'A stored response cannot be streamed again.', {
            hint: 'Leave `stream` out.',
          });
        sendJson(response, (await history.find(id)).response);
      }),
    },
    {
      method: 'DELETE',
      path,
      handle: withId(async (id, response) => {
        await history.delete(id);
        sendJson(response, { id, object: 'response', deleted: true });
      }),
    },
    {
      method: 'POST',
      path: `${path}/cancel`,
      handle: withId(async (id, response) => sendJson(response, await history.cancel(id))),
    },
    {
      method: 'GET',
      path: `${path}/input_items`,
      handle: withId(async (id, response) => {
        const query = Object.fromEntries(queryOf(response.req));
        sendJson(response, listInputItems(await history.find(id), query));
      }),
    },
  ];
}

function withId(run: (id: string, response: ServerResponse) => Promise<void>): Handler {
  return (request, response) => run(pathOf(request).split('/')[3] ?? '', response);
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
