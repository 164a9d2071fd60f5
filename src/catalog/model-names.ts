import { familyOf } from './family.ts';
import type { ProviderDescription } from './provider.ts';

/** Alias or pattern (`*` stands for any text) -> model id, or the words `main` and `fast`. First match wins. */
export type ModelAliases = Readonly<Record<string, string>>;

/**
 * OpenAI's names, which other programs ask for when they mean "the good one" or "the cheap one". Small ones first:
 * `gpt-5-codex-mini`.
 */
const openAiAliases: ModelAliases = {
  'gpt-*-mini': 'fast',
  'gpt-*-nano': 'fast',
  'gpt-*-spark': 'fast',
  'gpt-3.5-turbo': 'fast',
  'gpt-*': 'main',
  'codex-mini*': 'fast',
  // what codex calls models of its own side requests (`codex-auto-review`)
  'codex-*': 'main',
};

/** The same by their endings, where it is known that no model of the provider is called so. */
const commonAliases: ModelAliases = {
  '*-mini': 'fast',
  '*-nano': 'fast',
  '*-spark': 'fast',
  ...openAiAliases,
  '*-codex': 'main',
};

/**
 * The id that a requested model name stands for: exact ids first, in whatever case, then `aliases`, then the common ones.
 * Ids that the catalog does not list pass through unchanged (new models appear faster than tables are updated), and so
 * does whatever a server may have that alone knows its models; an empty name is the main model. `glm-5.3[1m]`, Claude Code's way to ask for a long window, loses its suffix: both GLM wires refuse it.
 */
export function resolveModelName(requested: string, provider: ProviderDescription, aliases: ModelAliases = {}): string {
  const name = requested.replace(/\[[^\]]*\]$/, '').trim();
  if (name === '') return provider.mainModel;
  const known = findId(name, provider);
  if (known !== undefined) return known;
  const common = match(name, commonAliasesOf(name, provider));
  const target = match(name, aliases, (pattern) => pattern !== '*') ?? common ?? aliases['*'];
  if (target === undefined) return name;
  if (target === 'main') return provider.mainModel;
  return target === 'fast' ? provider.fastModel : target;
}

function findId(name: string, { models }: ProviderDescription): string | undefined {
  const found =
    models.find(({ id }) => id === name) ?? models.find(({ id }) => id.toLowerCase() === name.toLowerCase());
  return found?.id;
}

function commonAliasesOf(name: string, { models, mainModel, liveModels }: ProviderDescription): ModelAliases {
  const family = familyOf(name);
  // xAI's `grok-3-mini`, OpenRouter's `openai/gpt-5.4-mini` and the open `gpt-oss` are meant as they are
  if (name.includes('/') || family === 'gpt-oss' || models.some((model) => model.family === family)) return {};
  if (!liveModels) return commonAliases;
  // Ollama has a `phi4-mini`; and a server of which nothing is known may be OpenAI's own
  return models.some(({ id }) => id === mainModel) ? openAiAliases : {};
}

function match(name: string, aliases: ModelAliases, test = (_pattern: string) => true): string | undefined {
  const found = Object.keys(aliases).find((pattern) => test(pattern) && matches(name, pattern));
  return found === undefined ? undefined : aliases[found];
}

function matches(name: string, pattern: string): boolean {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`, 'i').test(name);
}
