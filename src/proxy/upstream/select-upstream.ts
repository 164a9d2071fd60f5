import { resolveModelName, type ModelAliases } from '../../catalog/model-names.ts';
import type { Upstream } from './upstream.ts';

/** Who serves a request, and the model as that provider names it (or a name that its catalog resolves). */
export interface Selected {
  upstream: Upstream;
  model: string;
}

/**
 * Finds the provider for a model name: `provider/model`, an alias whose target is such a name, else the first provider.
 * A model of the first provider whose own id has a slash (`openrouter/auto`) is that model.
 */
export function createSelector(
  upstreams: readonly [Upstream, ...Upstream[]],
  aliases: ModelAliases | undefined,
): (name: string) => Selected {
  const [first] = upstreams;

  function selector(name: string): Selected | undefined {
    const slash = name.indexOf('/');
    const upstream = slash < 0 ? undefined : upstreams.find(({ provider }) => provider.id === name.slice(0, slash));
    return upstream && { upstream, model: name.slice(slash + 1) };
  }

  return (name) => {
    if (first.provider.models.some((model) => model.id === name)) return { upstream: first, model: name };
    return (
      selector(name) ?? selector(resolveModelName(name, first.provider, aliases)) ?? { upstream: first, model: name }
    );
  };
}
