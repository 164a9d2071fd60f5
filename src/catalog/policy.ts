import type { ProviderDescription } from './provider.ts';

/** What a user may decide about any provider. */
export interface ProviderPolicy {
  /** `native`: the provider searches the web by itself, where it can. Default: no search. */
  webSearch?: 'off' | 'native';
  /** What text-only models get for an image. `route`: the turn goes to a model that sees images. Default: a note. */
  images?: 'note' | 'route';
  /** Tools that are never offered to the model: flat names, a `*` at the end stands for any rest. */
  deniedTools?: readonly string[];
}

/** The provider as the user wants it. */
export function withPolicy(provider: ProviderDescription, policy: ProviderPolicy): ProviderDescription {
  const { deniedTools = [], images, webSearch } = policy;
  const rules = { ...provider.rules };
  if (deniedTools.length > 0) rules.deniedTools = [...(rules.deniedTools ?? []), ...deniedTools];
  if (webSearch === 'native' && provider.searchTool) rules.searchTool = provider.searchTool;
  return { ...provider, rules, models: images === 'route' ? routingImages(provider) : provider.models };
}

function routingImages({ models, fastModel }: ProviderDescription): ProviderDescription['models'] {
  const seeing = models.filter((model) => model.inputModalities.includes('image') && model.status !== 'retired');
  const eyes = seeing.find((model) => model.id === fastModel) ?? seeing[0];
  if (!eyes) return models;
  return models.map((model) => (model.inputModalities.includes('image') ? model : { ...model, imagesVia: eyes.id }));
}
