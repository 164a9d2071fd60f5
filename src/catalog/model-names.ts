import { familyOf } from './family.ts';
import type { ProviderDescription } from './provider.ts';

/** Alias or pattern (`*` stands for any text) -> model id, or the words `main` and `fast`. First match wins. */
export type ModelAliases = Readonly<Record<string, string>>;

/** What other programs ask for when they mean "the good one" or "the cheap one". Small ones first: `gpt-5-codex-mini`. */
const commonAliases: ModelAliases = {
  '*-mini': 'fast',
  '*-nano': 'fast',
  '*-spark': 'fast',
  'gpt-3.5-turbo': 'fast',
  'gpt-5*': 'main',
  'gpt-4*': 'main',
  '*-codex': 'main',
};

/**
 * The id that a requested model name stands for: exact ids first, then `aliases`, then the common ones. Ids that the
 * catalog does not list pass through unchanged (new models appear faster than tables are updated); an empty name is the
 * main model. `glm-5.3[1m]`, Claude Code's way to ask for a long window, loses its suffix: both GLM wires refuse it.
 */
export function resolveModelName(requested: string, provider: ProviderDescription, aliases: ModelAliases = {}): string {
  const name = requested.replace(/\[[^\]]*\]$/, '').trim();
  if (name === '') return provider.mainModel;
  if (provider.models.some((model) => model.id === name)) return name;
  // xAI's `grok-3-mini` is meant as it is
  const isKin = provider.models.some((model) => model.family === familyOf(name));
  const common = isKin ? undefined : match(name, commonAliases);
  const target = match(name, aliases, (pattern) => pattern !== '*') ?? common ?? aliases['*'];
  if (target === undefined) return name;
  if (target === 'main') return provider.mainModel;
  return target === 'fast' ? provider.fastModel : target;
}

function match(name: string, aliases: ModelAliases, test = (_pattern: string) => true): string | undefined {
  const found = Object.keys(aliases).find((pattern) => test(pattern) && matches(name, pattern));
  return found === undefined ? undefined : aliases[found];
}

function matches(name: string, pattern: string): boolean {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`, 'i').test(name);
}
