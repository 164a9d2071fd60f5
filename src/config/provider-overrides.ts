import { completeProvider, findModel, findProvider, providers } from '../catalog/catalog.ts';
import {
  effortScale,
  quirkNames,
  reasoningControls,
  type ChatRules,
  type Effort,
  type ModelDescription,
  type ProviderDescription,
  type ReasoningControl,
} from '../catalog/provider.ts';
import {
  aNumber,
  aSwitch,
  aTable,
  aText,
  aUrl,
  aWholeNumber,
  BadValue,
  fields,
  listOf,
  oneOf,
  type Check,
} from './check.ts';
import { isTomlTable } from './toml.ts';

/** `[providers.<id>]` in config.toml: what differs from the catalog, or a provider that is not in it. */
export interface ProviderOverride {
  name?: string;
  base_url?: string;
  responses_base_url?: string;
  wire?: 'chat' | 'responses';
  /** Environment variables that may hold the key, instead of the catalog's. */
  key_variables?: string[];
  /** A command that prints the key. */
  key_command?: string;
  /** The key is in the keychain of the system. */
  keychain?: boolean;
  /** Requests at once, 0 for no limit. */
  max_concurrent?: number;
  main_model?: string;
  fast_model?: string;
  extra_body?: Record<string, unknown>;
  drop_params?: string[];
  rules?: Record<string, unknown>;
  models?: ModelOverride[];
}

export interface ModelOverride {
  id: string;
  name?: string;
  context_tokens?: number;
  max_output_tokens?: number;
  input?: ('text' | 'image')[];
  description?: string;
  /** It takes `tool_stream`. */
  tool_stream?: boolean;
  reasoning_control?: ReasoningControl;
  efforts?: Effort[];
  default_effort?: Effort;
  price?: { currency?: 'USD' | 'CNY'; input: number; cached_input?: number; output: number };
}

/** Between which values a field is brought; `false`: it is never sent. */
const aRange: Check = (value, key) => {
  if (value === false) return;
  if (!isTomlTable(value)) throw new BadValue(key, 'must be false or a table like { min = 0, max = 1 }');
  fields({ min: aNumber, max: aNumber }, ['min', 'max'])(value, key);
};

/** Empty too. */
const anyText: Check = (value, key) => {
  if (typeof value !== 'string') throw new BadValue(key, 'must be a text in quotes');
};

/** Keys of `[providers.<id>.rules]`, and what each is in the catalog. */
const ruleKeys: Readonly<Record<string, { rule: keyof ChatRules; check: Check }>> = {
  max_tokens_field: { rule: 'maxTokensField', check: oneOf(['max_tokens', 'max_completion_tokens']) },
  max_tools: { rule: 'maxTools', check: aWholeNumber },
  tool_choice: { rule: 'toolChoice', check: oneOf(['any', 'auto']) },
  parallel_tool_calls: { rule: 'parallelToolCalls', check: aSwitch },
  verbosity: { rule: 'verbosity', check: aSwitch },
  response_format: { rule: 'responseFormat', check: oneOf(['json_schema', 'json_object', 'none']) },
  late_system_messages: { rule: 'lateSystemMessages', check: aSwitch },
  stream_usage: { rule: 'streamUsage', check: aSwitch },
  reasoning_echo: {
    rule: 'reasoningEcho',
    check: oneOf(['reasoning_content', 'reasoning', 'reasoning_details', 'think-tags', 'none']),
  },
  reasoning_placeholder: { rule: 'reasoningPlaceholder', check: anyText },
  temperature: { rule: 'temperature', check: aRange },
  top_p: { rule: 'topP', check: aRange },
  max_stop_sequences: { rule: 'maxStopSequences', check: aWholeNumber },
  quirks: { rule: 'quirks', check: listOf(oneOf(quirkNames)) },
};

const modelFields: Readonly<Record<keyof ModelOverride, Check>> = {
  id: aText,
  name: aText,
  context_tokens: aWholeNumber,
  max_output_tokens: aWholeNumber,
  input: listOf(oneOf(['text', 'image'])),
  description: aText,
  tool_stream: aSwitch,
  reasoning_control: oneOf(reasoningControls.filter((control) => control !== 'thinking_budget')),
  efforts: listOf(oneOf(effortScale)),
  default_effort: oneOf(effortScale),
  price: fields({ currency: oneOf(['USD', 'CNY']), input: aNumber, cached_input: aNumber, output: aNumber }, [
    'input',
    'output',
  ]),
};
const checkModel = fields(modelFields, ['id']);

const overrideFields: Readonly<Record<keyof ProviderOverride, Check>> = {
  name: aText,
  base_url: aUrl,
  responses_base_url: aUrl,
  wire: oneOf(['chat', 'responses']),
  key_variables: listOf(aText),
  key_command: aText,
  keychain: aSwitch,
  max_concurrent: aWholeNumber,
  main_model: aText,
  fast_model: aText,
  extra_body: aTable,
  drop_params: listOf(aText),
  rules: fields(Object.fromEntries(Object.entries(ruleKeys).map(([key, { check }]) => [key, check]))),
  models: listOf(checkModel),
};

/** Every key below `[providers.<id>]`, for the documents. */
export const overrideKeys: readonly string[] = [
  ...Object.keys(overrideFields),
  ...Object.keys(ruleKeys),
  ...Object.keys(modelFields),
];

const checkKnown = fields(overrideFields);
const checkNew = fields(overrideFields, ['base_url']);

/** Every table below `[providers]`; one that is not in the catalog must say where it is. */
export const checkOverrides: Check = (value, key) => {
  aTable(value, key);
  for (const [id, override] of Object.entries(value as Record<string, unknown>)) {
    const check = providers.some((provider) => provider.id === id) ? checkKnown : checkNew;
    check(override, `${key}.${id}`);
  }
};

export type ProviderOverrides = Readonly<Record<string, ProviderOverride>>;

/**
 * The provider of that id as the settings want it.
 * @throws UsageError UNKNOWN_PROVIDER
 */
export function findConfiguredProvider(id: string, overrides: ProviderOverrides): ProviderDescription {
  const override = Object.hasOwn(overrides, id) ? overrides[id] : undefined;
  if (!override) return findProvider(id, Object.keys(overrides));
  const known = providers.find((provider) => provider.id === id);
  return applyOverride(known ?? completeProvider({ id, baseUrl: override.base_url ?? '' }), override);
}

/** The environment variables that belong to a provider; none for one that does not exist. */
export function providerVariables(
  id: string,
  overrides: ProviderOverrides,
): { key: readonly string[]; baseUrl: readonly string[] } {
  const known = providers.find((provider) => provider.id === id);
  const own = Object.hasOwn(overrides, id) ? overrides[id]?.key_variables : undefined;
  return { key: own ?? known?.keyVariables ?? [], baseUrl: known?.baseUrlVariables ?? [] };
}

function applyOverride(base: ProviderDescription, override: ProviderOverride): ProviderDescription {
  const models = mergeModels(base, override.models ?? []);
  const mainModel = override.main_model ?? (base.models.length === 0 ? models[0]?.id : undefined) ?? base.mainModel;
  const ownRules = Object.entries(override.rules ?? {}).map(([key, value]) => [ruleKeys[key]?.rule ?? key, value]);
  return {
    ...base,
    name: override.name ?? base.name,
    baseUrl: override.base_url?.replace(/\/+$/, '') ?? base.baseUrl,
    ...(override.responses_base_url && { responsesBaseUrl: override.responses_base_url.replace(/\/+$/, '') }),
    wire: override.wire ?? base.wire,
    ...(override.extra_body && { responsesRules: { ...base.responsesRules, extraBody: override.extra_body } }),
    keyVariables: override.key_variables ?? base.keyVariables,
    ...(override.max_concurrent !== undefined && { maxConcurrent: override.max_concurrent }),
    mainModel,
    fastModel: override.fast_model ?? (base.models.length === 0 ? mainModel : base.fastModel),
    models,
    rules: {
      ...base.rules,
      // checkOverrides has seen that they are rules
      ...(Object.fromEntries(ownRules) as Partial<ChatRules>),
      extraBody: { ...base.rules.extraBody, ...override.extra_body },
      dropParams: [...(base.rules.dropParams ?? []), ...(override.drop_params ?? [])],
    },
  };
}

function mergeModels(base: ProviderDescription, overrides: readonly ModelOverride[]): readonly ModelDescription[] {
  const models = new Map(base.models.map((model) => [model.id, model]));
  for (const override of overrides) models.set(override.id, mergeModel(findModel(base, override.id), override));
  return [...models.values()];
}

function mergeModel(base: ModelDescription, override: ModelOverride): ModelDescription {
  const { efforts = base.reasoning?.efforts, reasoning_control: control = base.reasoning?.control, price } = override;
  const fallback = base.reasoning?.default;
  const strongest = efforts?.at(-1);
  return {
    ...base,
    name: override.name ?? base.name,
    description: override.description ?? base.description,
    ...(override.tool_stream !== undefined && { toolStream: override.tool_stream }),
    contextTokens: override.context_tokens ?? base.contextTokens,
    maxOutputTokens: override.max_output_tokens ?? base.maxOutputTokens,
    inputModalities: override.input ?? base.inputModalities,
    ...(efforts &&
      strongest && {
        reasoning: {
          ...base.reasoning,
          control: control ?? 'reasoning_effort',
          efforts,
          default: override.default_effort ?? (fallback && efforts.includes(fallback) ? fallback : strongest),
        },
      }),
    ...(price && {
      price: {
        currency: price.currency ?? 'USD',
        input: price.input,
        output: price.output,
        ...(price.cached_input !== undefined && { cachedInput: price.cached_input }),
      },
    }),
  };
}
