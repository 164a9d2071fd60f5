import type { ProviderDescription } from '../catalog/provider.ts';
import { isTomlTable, tomlValue, type TomlTable } from '../config/toml.ts';
import type { Invocation } from './arguments.ts';
import { excludeList } from './profile.ts';

/**
 * The model that a launch passes to codex; undefined where codex knows by itself. What codex stored (`/model` in the TUI)
 * stands as long as the provider offers that model: codex keeps one choice for all providers.
 * @param layers what codex reads, the uppermost last
 */
export function chooseModel(
  invocation: Pick<Invocation, 'model'>,
  settings: { model: string | undefined; provider: ProviderDescription },
  layers: readonly TomlTable[],
): string | undefined {
  if (invocation.model !== undefined) return undefined;
  if (settings.model !== undefined) return settings.model;
  const stored = layers.findLast((layer) => layer['model'] !== undefined)?.['model'];
  const { models, mainModel } = settings.provider;
  const offered = stored === mainModel || models.some((model) => model.id === stored);
  return stored === undefined || offered ? undefined : mainModel;
}

/** The patterns of variables that the user already hides from the model's shell: a `-c` list replaces them. */
export function shellExclude(layers: readonly TomlTable[]): string[] {
  const policy = layers.findLast((layer) => isTomlTable(layer[policyKey]) && layer[policyKey]['exclude'] !== undefined);
  return excludeOf(policy?.[policyKey]);
}

/**
 * The user's arguments, with our pattern put behind each `-c` of theirs that would replace the list. It stands directly
 * behind because `-c` of a subcommand beats one before it, and the last one of a key wins.
 */
export function keepVariablesHidden({ arguments: args, configOverrides }: Invocation): string[] {
  const result = [...args];
  for (const { key, value, lastIndex } of configOverrides.toReversed()) {
    const own =
      key === policyKey ? tomlValue(value) : key === `${policyKey}.exclude` ? { exclude: tomlValue(value) } : undefined;
    if (own !== undefined) result.splice(lastIndex + 1, 0, '-c', `${policyKey}.exclude=${excludeList(excludeOf(own))}`);
  }
  return result;
}

const policyKey = 'shell_environment_policy';

function excludeOf(policy: unknown): string[] {
  const list = isTomlTable(policy) ? policy['exclude'] : undefined;
  return Array.isArray(list) ? list.filter((pattern) => typeof pattern === 'string') : [];
}
