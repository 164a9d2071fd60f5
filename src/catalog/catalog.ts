import { UsageError } from '../errors/errors.ts';
import { glmProviders } from './glm.ts';
import { demoProvider } from './demo.ts';
import { openAiCompatibleRules, type ChatRules, type ModelDescription, type ProviderDescription } from './provider.ts';

/** All providers that can be named, in the order in which they are listed to people. */
export const providers: readonly ProviderDescription[] = [...glmProviders, demoProvider];

/** @throws UsageError UNKNOWN_PROVIDER, with the list of known ones. */
export function findProvider(id: string): ProviderDescription {
  const found = providers.find((provider) => provider.id === id);
  if (found) return found;
  throw new UsageError('UNKNOWN_PROVIDER', `There is no provider "${id}".`, {
    hint: `Known providers: ${providers.map((provider) => provider.id).join(', ')}.`,
  });
}

/** What a caller must say of an OpenAI-compatible server that is not in the catalog. */
export interface CustomProvider {
  id?: string;
  name?: string;
  /** Without `/chat/completions`. */
  baseUrl: string;
  mainModel?: string;
  fastModel?: string;
  models?: readonly (Partial<ModelDescription> & { id: string })[];
  /** Only what differs from OpenAI's own rules. */
  rules?: Partial<ChatRules>;
}

/** Fills a caller's description up with the defaults for an OpenAI-compatible server. */
export function completeProvider(custom: CustomProvider): ProviderDescription {
  const id = custom.id ?? 'custom';
  const models = (custom.models ?? []).map((model) => ({ ...unknownModel(model.id, id), ...model }));
  const mainModel = custom.mainModel ?? models[0]?.id ?? 'default';
  return {
    id,
    name: custom.name ?? id,
    baseUrl: custom.baseUrl,
    keyVariables: [],
    baseUrlVariables: [],
    mainModel,
    fastModel: custom.fastModel ?? mainModel,
    models,
    rules: { ...openAiCompatibleRules, ...custom.rules },
  };
}

/** The provider's model of that id; an id that the catalog does not know gets the traits of the main model. */
export function findModel(provider: ProviderDescription, id: string): ModelDescription {
  const known = provider.models.find((model) => model.id === id);
  if (known) return known;
  const main = provider.models.find((model) => model.id === provider.mainModel);
  return main ? { ...main, id, name: id, description: `${id} on ${provider.name}` } : unknownModel(id, provider.id);
}

function unknownModel(id: string, family: string): ModelDescription {
  return {
    id,
    name: id,
    description: id,
    contextTokens: 131_072,
    maxOutputTokens: 32_768,
    inputModalities: ['text'],
    family,
  };
}
