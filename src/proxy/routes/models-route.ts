import type { IncomingMessage, ServerResponse } from 'node:http';
import { offeredModels } from '../../catalog/catalog.ts';
import type { ModelAliases } from '../../catalog/model-names.ts';
import type { ProviderDescription } from '../../catalog/provider.ts';
import { RequestError } from '../../errors/errors.ts';
import { pathOf, queryOf, type Route } from './router.ts';
import type { Upstream } from '../upstream/upstream.ts';

export interface ModelsRouteOptions {
  upstreams: readonly [Upstream, ...Upstream[]];
  aliases: ModelAliases | undefined;
  /** What codex gets, which asks with `?client_version=`. Absent: the same list as everybody. */
  codexCatalog: ((provider: ProviderDescription, codexVersion: string) => unknown) | undefined;
}

/** A model in OpenAI's shape. */
export interface ListedModel {
  id: string;
  object: string;
  created: number;
  owned_by: string;
}

/**
 * `GET /v1/models` as OpenAI's list: the first provider's models by their own ids, aliases that are no patterns, and, with
 * several providers, all as `provider/model`. A provider whose catalog is its server's own is asked. `GET /v1/models/{id}`: one
 * of that list.
 */
export function modelsRoutes({ upstreams, aliases = {}, codexCatalog }: ModelsRouteOptions): Route[] {
  const [first] = upstreams;
  return [
    {
      method: 'GET',
      path: '/v1/models',
      async handle(request, response) {
        const codexVersion = queryOf(request).get('client_version');
        const isCodex = codexCatalog && codexVersion !== null;
        sendJson(
          response,
          isCodex ? codexCatalog(first.provider, codexVersion) : { object: 'list', data: await listAll() },
        );
      },
    },
    {
      method: 'GET',
      path: '/v1/models/{id}',
      handle: async (request, response) => sendJson(response, findListed(await listAll(), request)),
    },
  ];

  async function listAll(): Promise<ListedModel[]> {
    const ids = await Promise.all(upstreams.map(modelIds));
    const owned = ids.flatMap((own, index) => {
      const owner = upstreams[index]?.provider.id ?? '';
      const names = upstreams.length === 1 ? own : own.map((id) => `${owner}/${id}`);
      return (index === 0 && upstreams.length > 1 ? [...own, ...names] : names).map((id) => model(id, owner));
    });
    const named = Object.keys(aliases).filter((name) => !name.includes('*'));
    return [...owned, ...named.map((id) => model(id, 'codex-glm'))];
  }
}

async function modelIds({ provider, probe }: Upstream): Promise<string[]> {
  const known = offeredModels(provider).map(({ id }) => id);
  if (!provider.liveModels) return known;
  const { modelIds: live } = await probe();
  return live.length > 0 ? live : known;
}

/**
 * The one that a request for `/v1/models/{id}` names; a slash in its id comes as `%2F`.
 * @throws RequestError NOT_FOUND (404)
 */
export function findListed(models: readonly ListedModel[], request: IncomingMessage): ListedModel {
  const segment = pathOf(request).split('/')[3] ?? '';
  const found = models.find(({ id }) => encodeURIComponent(id) === segment || id === segment);
  if (found) return found;
  throw new RequestError('NOT_FOUND', 404, `There is no model ${segment}.`, { hint: 'GET /v1/models lists them.' });
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function model(id: string, owner: string): ListedModel {
  return { id, object: 'model', created: 0, owned_by: owner };
}
