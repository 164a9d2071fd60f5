import { UsageError } from '../errors/errors.ts';
import { nearest } from '../errors/nearest.ts';
import { asRelative, familyOf, unknownModel } from './family.ts';
import { openAiCompatibleRules, type ChatRules, type ModelDescription, type ProviderDescription } from './provider.ts';
import { arkProviders } from './providers/ark.ts';
import { deepseekProvider } from './providers/deepseek.ts';
import { demoProvider } from './providers/demo.ts';
import { glmProviders } from './providers/glm.ts';
import { groqProvider } from './providers/groq.ts';
import { kimiProviders } from './providers/kimi.ts';
import { localProviders } from './providers/local.ts';
import { mimoProviders } from './providers/mimo.ts';
import { minimaxProviders } from './providers/minimax.ts';
import { mistralProvider } from './providers/mistral.ts';
import { openAiCompatibleProvider } from './providers/openai-compatible.ts';
import { openrouterProvider } from './providers/openrouter.ts';
import { qwenProviders } from './providers/qwen.ts';
import { siliconflowProviders } from './providers/siliconflow.ts';
import { stepfunProviders } from './providers/stepfun.ts';
import { xaiProvider } from './providers/xai.ts';
import type { ResponsesRules } from './responses-rules.ts';

/** All providers that can be named, in the order in which they are listed to people. */
export const providers: readonly ProviderDescription[] = [
  ...glmProviders,
  deepseekProvider,
  ...kimiProviders,
  ...qwenProviders,
  openrouterProvider,
  ...minimaxProviders,
  ...mimoProviders,
  mistralProvider,
  groqProvider,
  xaiProvider,
  ...siliconflowProviders,
  ...arkProviders,
  ...stepfunProviders,
  ...localProviders,
  openAiCompatibleProvider,
  demoProvider,
];

/**
 * @param ownIds further ones that the user has named, for the error
 * @throws UsageError UNKNOWN_PROVIDER, with the list of known ones.
 */
export function findProvider(id: string, ownIds: readonly string[] = []): ProviderDescription {
  const found = providers.find((provider) => provider.id === id);
  if (found) return found;
  const ids = [...providers.map((provider) => provider.id), ...ownIds];
  const meant = nearest(id, ids);
  throw new UsageError('UNKNOWN_PROVIDER', `There is no provider "${id}".`, {
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}Known providers: ${ids.join(', ')}.`,
  });
}

/** What a caller must say of an OpenAI-compatible server that is not in the catalog. */
export interface CustomProvider {
  id?: string;
  name?: string;
  /** Without `/chat/completions`. */
  baseUrl: string;
  /** Default `chat`. */
  wire?: ProviderDescription['wire'];
  /** Where `/responses` is, if not at `baseUrl`. */
  responsesBaseUrl?: string;
  responsesRules?: ResponsesRules;
  mainModel?: string;
  fastModel?: string;
  models?: readonly (Partial<ModelDescription> & { id: string })[];
  /** Only what differs from OpenAI's own rules. */
  rules?: Partial<ChatRules>;
}

/** Fills a caller's description up with the defaults for an OpenAI-compatible server. */
export function completeProvider(custom: CustomProvider): ProviderDescription {
  const id = custom.id ?? 'custom';
  const models = (custom.models ?? []).map((model) => ({ ...unknownModel(model.id), ...model }));
  const mainModel = custom.mainModel ?? models[0]?.id ?? 'default';
  return {
    id,
    name: custom.name ?? id,
    baseUrl: custom.baseUrl,
    keyVariables: [],
    baseUrlVariables: [],
    wire: custom.wire ?? 'chat',
    ...(custom.responsesBaseUrl !== undefined && { responsesBaseUrl: custom.responsesBaseUrl }),
    ...(custom.responsesRules && { responsesRules: custom.responsesRules }),
    mainModel,
    fastModel: custom.fastModel ?? mainModel,
    models,
    rules: { ...openAiCompatibleRules, ...custom.rules },
  };
}

/**
 * The provider's model of that id. An id that the catalog does not know gets the traits of its nearest relative on that
 * provider: a model whose id it begins with (`glm-5.2-0916`), else the main model or another one of the same family.
 * One without relatives gets cautious limits and no thinking switches.
 */
export function findModel(provider: ProviderDescription, id: string): ModelDescription {
  const known = provider.models.find((model) => model.id === id);
  if (known) return known;
  const family = provider.models.filter((model) => model.family === familyOf(id));
  const stem = family.filter((model) => id.startsWith(model.id)).toSorted((a, b) => b.id.length - a.id.length)[0];
  const relative = stem ?? family.find((model) => model.id === provider.mainModel) ?? family[0];
  return relative ? asRelative(relative, id) : unknownModel(id);
}

/** The models to choose from: current ones first, main and fast before the rest, then legacy ones; none that is retired. */
export function offeredModels(provider: ProviderDescription): readonly ModelDescription[] {
  const first = [provider.mainModel, provider.fastModel].map((id) => findModel(provider, id));
  const current = provider.models.filter((model) => model.status === undefined);
  const legacy = provider.models.filter((model) => model.status === 'legacy');
  return [...new Map([...first, ...current, ...legacy].map((model) => [model.id, model])).values()];
}
