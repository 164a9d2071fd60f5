import { offeredModels } from '../catalog/catalog.ts';
import type { ProviderDescription } from '../catalog/provider.ts';
import type { Handler } from './router.ts';

/** `GET /v1/models`: the catalog's models in the shape of OpenAI's list. */
export function modelsRoute(provider: ProviderDescription): Handler {
  const data = offeredModels(provider).map(({ id }) => ({ id, object: 'model', created: 0, owned_by: provider.id }));
  const body = JSON.stringify({ object: 'list', data });
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  };
}
