import { findModel } from './catalog.ts';
import { familyOf } from './family.ts';
import type { ProviderDescription } from './provider.ts';

/** Aggregators name hundreds; codex reads metadata for each model it is offered. */
const maxAdded = 40;

/**
 * The provider with the models that its server named and the catalog does not know. Of a provider that has models in the
 * catalog, only those of the same families: its list also holds what cannot chat. Pure.
 */
export function withListedModels(provider: ProviderDescription, ids: readonly string[]): ProviderDescription {
  const known = new Set(provider.models.map(({ id }) => id));
  const families = new Set(provider.models.map(({ family }) => family));
  const isWelcome = (id: string) => !known.has(id) && (provider.liveModels === true || families.has(familyOf(id)));
  const added = ids.filter(isWelcome).slice(0, maxAdded);
  if (added.length === 0) return provider;
  const models = [...provider.models, ...added.map((id) => findModel(provider, id))];
  const isPlaceholder = provider.liveModels === true && !models.some(({ id }) => id === provider.mainModel);
  const mainModel = isPlaceholder ? (added[0] ?? provider.mainModel) : provider.mainModel;
  const fastModel = models.some(({ id }) => id === provider.fastModel) ? provider.fastModel : mainModel;
  return { ...provider, models, mainModel, fastModel };
}
