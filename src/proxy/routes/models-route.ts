import { offeredModels } from '../../catalog/catalog.ts';
import type { ModelAliases } from '../../catalog/model-names.ts';
import type { ProviderDescription } from '../../catalog/provider.ts';
import { queryOf, type Handler } from './router.ts';
import type { Upstream } from '../upstream/upstream.ts';

export interface ModelsRouteOptions {
  upstreams: readonly [Upstream, ...Upstream[]];
  aliases: ModelAliases | undefined;
  /** What codex gets, which asks with `?client_version=`. Absent: the same list as everybody. */
  codexCatalog: ((provider: ProviderDescription, codexVersion: string) => unknown) | undefined;
}

/**
 * `GET /v1/models` as OpenAI's list: the first provider's models by their own ids, aliases that are no patterns, and, with
 * several providers, all as `provider/model`. A provider whose catalog is its server's own is asked.
 */
export function modelsRoute({ upstreams, aliases = {}, codexCatalog }: ModelsRouteOptions): Handler {
  const [first] = upstreams;
  return async (request, response) => {
    const codexVersion = queryOf(request).get('client_version');
    const body =
      codexCatalog && codexVersion !== null
        ? codexCatalog(first.provider, codexVersion)
        : { object: 'list', data: await listAll() };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  async function listAll(): Promise<object[]> {
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

function model(id: string, owner: string): object {
  return { id, object: 'model', created: 0, owned_by: owner };
}
