import type { ModelDescription } from './provider.ts';

/** Names that are not their family's. */
const kin = new Map([
  ['k', 'kimi'], // k3, k3-256k
  ['devstral', 'mistral'],
  ['codestral', 'mistral'],
  ['magistral', 'mistral'],
  ['ministral', 'mistral'],
]);

/** The family of a model id: its first word, without the vendor's folder. `zai-org/GLM-5.3` and `glm-4.6v` are `glm`. */
export function familyOf(id: string): string {
  const word = /gpt-oss|[a-z]+/i.exec(id.slice(id.lastIndexOf('/') + 1))?.[0].toLowerCase() ?? id;
  return kin.get(word) ?? word;
}

/** Window and answer limit in tokens, where a host does not tell: those of the smaller coding models of each family. */
const familyLimits = new Map<string, [contextTokens: number, maxOutputTokens: number]>([
  ['glm', [202_752, 131_072]],
  ['kimi', [262_144, 131_072]],
  ['qwen', [262_144, 65_536]],
  ['minimax', [204_800, 131_072]],
  ['mistral', [262_144, 65_536]],
  ['grok', [256_000, 65_536]],
  ['doubao', [262_144, 65_536]],
  ['step', [256_000, 65_536]],
]);

/** A model of which nothing is known but its name. */
export function unknownModel(id: string): ModelDescription {
  const family = familyOf(id);
  const [contextTokens, maxOutputTokens] = familyLimits.get(family) ?? [131_072, 32_768];
  return { id, name: id, description: id, contextTokens, maxOutputTokens, inputModalities: ['text'], family };
}

/** The traits of a relative, under another id; neither its price nor its age are known to be the same. */
export function asRelative(relative: ModelDescription, id: string): ModelDescription {
  const { price: _price, status: _status, ...traits } = relative;
  return { ...traits, id, name: id, description: `Not in the catalog, treated like ${relative.name}` };
}
