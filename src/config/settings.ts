import { checkBaseUrl } from '../catalog/base-url.ts';
import { providers } from '../catalog/catalog.ts';
import type { ModelAliases } from '../catalog/model-names.ts';
import type { ProviderDescription } from '../catalog/provider.ts';
import { UsageError } from '../errors/errors.ts';
import { cleanKey } from './clean-key.ts';
import { flattenAliases, parseModelMap } from './aliases.ts';
import { hostedMcpServers } from './hosted-mcp.ts';
import { lookUpSetting, type Found, type FlagValues } from './lookup.ts';
import { findConfiguredProvider, providerVariables } from './provider-overrides.ts';
import { referenceVariables, relayModelMap } from './reference-variables.ts';
import { emptySettingsFile, type SettingsFile } from './settings-file.ts';
import { orList, type DefaultedSetting, type SettingName, type SettingValues } from './setting-table.ts';

export type { FlagValues } from './lookup.ts';

/** Where the provider's key is. Only `value` is known without asking another program. */
export type KeyPlace =
  | { kind: 'value'; value: string; origin: string }
  | { kind: 'command'; command: string }
  | { kind: 'keychain'; provider: string }
  | { kind: 'none' };

export interface Settings {
  provider: ProviderDescription;
  /** The variable that chose the provider, where none was named and it is not one of GLM's. */
  chosenBy?: string | undefined;
  /** Without trailing slash. Empty for a provider that runs in this process (demo). */
  baseUrl: string;
  /** The model that a setting names; absent: codex's stored choice, or the provider's main model. */
  model: string | undefined;
  /** The key itself where it is known already; else see `key`. */
  apiKey: string | undefined;
  key: KeyPlace;
  keepKeyVariable: boolean;
  aliases: ModelAliases;
  /** Absent: the provider's own figure. */
  maxConcurrent: number | undefined;
  requestsPerMinute: number;
  /** Flattened names (`mcp__server__tool`); `*` stands for any text. */
  deniedTools: readonly string[];
  images: SettingValues['images'];
  webSearch: SettingValues['webSearch'];
  /** Names of `provider.mcpServers` that codex gets. */
  hostedMcp: readonly string[];
  quiet: boolean;
  usageFile: string | undefined;
  network: {
    connectTimeoutMs: number | undefined;
    headersTimeoutMs: number | undefined;
    idleTimeoutMs: number | undefined;
    caFile: string | undefined;
  };
  /** For the proxy on its own; a launch takes any free port of 127.0.0.1. */
  standalone: StandaloneValues;
}

/** Of the proxy on its own; absent: the default of whoever uses it. */
export interface StandaloneValues {
  host: string;
  port: number;
  providers: readonly string[];
  requireKey: boolean;
  logLevel: SettingValues['logLevel'];
  history: SettingValues['history'];
  historyFolder: string | undefined;
  historyTtlHours: number | undefined;
  historyMaxResponses: number | undefined;
  historyMaxMegabytes: number | undefined;
}

export interface ResolveInput {
  flags: FlagValues;
  environment: NodeJS.ProcessEnv;
  /** Default: one that is missing. */
  file?: SettingsFile;
  /** The key in credentials.toml, by provider id. */
  storedKey?: (providerId: string) => Found<string> | undefined;
}

/**
 * Flag before environment before file before default. Within the environment our own variable stands before the
 * provider's.
 * @throws UsageError UNKNOWN_PROVIDER, NO_API_KEY, BAD_BASE_URL, BAD_SETTING
 */
export function resolveSettings(input: ResolveInput): Settings {
  const { flags, environment, file = emptySettingsFile('') } = input;
  const sources = { flags, environment, file };
  const named = lookUpSetting('provider', sources, undefined)?.value;
  const { id: providerId, chosenBy } = named === undefined ? defaultProvider(sources) : { id: named };
  const setting = <N extends DefaultedSetting>(name: N) => lookUpSetting(name, sources, providerId).value;
  const optional = <N extends SettingName>(name: N) => lookUpSetting(name, sources, providerId)?.value;

  const found = findConfiguredProvider(providerId, file.overrides);
  const address = lookUpSetting('baseUrl', sources, providerId);
  const movedTo = address?.value;
  // a provider's own variable moves its chat endpoint only
  const ownBaseUrl = address && found.baseUrlVariables.includes(address.origin) ? undefined : address?.value;
  const key = findKey(found, sources, input.storedKey);
  // A server of one's own may well take no key; a provider's own endpoint never does.
  const isOwnServer = movedTo !== undefined || file.overrides[providerId]?.base_url !== undefined;
  if (key.kind === 'none' && !isOwnServer && found.keyVariables.length > 0) {
    throw noApiKey(found.keyVariables, found.name);
  }
  const provider = chooseWire(
    { ...found, fastModel: optional('fastModel') ?? found.fastModel },
    setting('wire'),
    ownBaseUrl,
  );
  return {
    provider,
    chosenBy,
    baseUrl: provider.inProcess && !movedTo ? '' : checkBaseUrl(movedTo ?? provider.baseUrl, provider.name),
    model: optional('model'),
    apiKey: key.kind === 'value' ? key.value : undefined,
    key,
    keepKeyVariable: setting('keepKeyVariable'),
    aliases: findAliases(environment, file),
    maxConcurrent: optional('maxConcurrent'),
    requestsPerMinute: setting('requestsPerMinute'),
    deniedTools: setting('deniedTools'),
    images: setting('images'),
    webSearch: setting('webSearch'),
    hostedMcp: hostedMcpServers(lookUpSetting('hostedMcp', sources, providerId), provider),
    quiet: setting('quiet'),
    usageFile: optional('usageFile'),
    network: {
      connectTimeoutMs: setting('connectTimeoutMs'),
      headersTimeoutMs: setting('headersTimeoutMs'),
      idleTimeoutMs: setting('idleTimeoutMs'),
      caFile: optional('caFile'),
    },
    standalone: {
      host: setting('host'),
      port: setting('port'),
      providers: setting('providers'),
      requireKey: setting('requireKey'),
      logLevel: setting('logLevel'),
      history: setting('history'),
      historyFolder: optional('historyFolder'),
      historyTtlHours: optional('historyTtlHours'),
      historyMaxResponses: optional('historyMaxResponses'),
      historyMaxMegabytes: optional('historyMaxMegabytes'),
    },
  };
}

/** The key in the first of the variables that has one. */
export function firstKey(environment: NodeJS.ProcessEnv, variables: readonly string[]): Found<string> | undefined {
  for (const origin of variables) {
    const value = cleanKey(environment[origin] ?? '');
    if (value) return { value, origin };
  }
  return undefined;
}

interface Sources {
  flags: FlagValues;
  environment: NodeJS.ProcessEnv;
  file: SettingsFile;
}

/** Our variable, the provider's variables, then what the files say. */
function findKey(provider: ProviderDescription, sources: Sources, storedKey: ResolveInput['storedKey']): KeyPlace {
  const { file } = sources;
  const { key_command: command, keychain } = file.overrides[provider.id] ?? {};
  const given = lookUpSetting('apiKey', sources, provider.id);
  if (given) return { kind: 'value', ...given };
  if (command !== undefined) return { kind: 'command', command };
  if (keychain === true) return { kind: 'keychain', provider: provider.id };
  const stored = provider.inProcess ? undefined : storedKey?.(provider.id);
  return stored ? { kind: 'value', ...stored } : { kind: 'none' };
}

/** A key's variable tells whose it is, not which plan it belongs to: the coding plans are the common case. */
const defaultProviders: readonly string[] = ['bigmodel-coding', 'zai-coding'];

/**
 * The provider when none is named: the first one whose key or address is in the environment. GLM's stand before all
 * others, which follow in the order of the catalog.
 * @throws UsageError NO_API_KEY, BAD_SETTING
 */
function defaultProvider(sources: Sources): { id: string; chosenBy?: string } {
  const { environment, file } = sources;
  const keyOf = (id: string) => firstKey(environment, providerVariables(id, file.overrides).key);
  const glm = defaultProviders.find((id) => keyOf(id) !== undefined);
  if (glm !== undefined) return { id: glm };
  const address = referenceVariables.find((row) => row.setting === 'baseUrl' && environment[row.variable]);
  if (address?.provider) return { id: address.provider, chosenBy: address.variable };
  const has = (name: SettingName) => lookUpSetting(name, sources, undefined) !== undefined;
  const given = has('apiKey') ? 'an API key' : has('baseUrl') ? 'a base URL' : undefined;
  if (given) {
    throw new UsageError('BAD_SETTING', `There is ${given}, but no provider is named.`, {
      hint: 'Name the one that it belongs to (--provider ID, CODEX_GLM_PROVIDER); any other server is openai-compatible.',
    });
  }
  for (const id of [...providers.map((provider) => provider.id), ...Object.keys(file.overrides)]) {
    const key = keyOf(id);
    if (key) return { id, chosenBy: key.origin };
  }
  throw new UsageError('NO_API_KEY', 'There is no API key.', {
    hint: "Run codex-glm setup, or set GLM_API_KEY (BigModel), ZAI_API_KEY (Z.ai) or another provider's variable; CODEX_GLM_API_KEY holds the key of the provider that CODEX_GLM_PROVIDER names.",
  });
}

function chooseWire(
  provider: ProviderDescription,
  wire: SettingValues['wire'] | undefined,
  ownBaseUrl: string | undefined,
): ProviderDescription {
  if (wire === undefined || wire === 'auto') return provider;
  if (wire === 'chat') return { ...provider, wire };
  // an address that was given for this run is that of the wire in use
  const responsesBaseUrl = ownBaseUrl ?? provider.responsesBaseUrl;
  if (responsesBaseUrl === undefined) {
    throw new UsageError('BAD_SETTING', `${provider.name} has no Responses endpoint that is known.`, {
      hint: 'Use wire = "chat", or name the endpoint: responses_base_url in [providers.' + provider.id + '].',
    });
  }
  return { ...provider, wire, responsesBaseUrl: checkBaseUrl(responsesBaseUrl, provider.name) };
}

/** codex-relay's variable stands before the file, as the environment always does. */
function findAliases(environment: NodeJS.ProcessEnv, file: SettingsFile): ModelAliases {
  const map = environment[relayModelMap];
  if (!map) return file.aliases;
  const given = parseModelMap(map);
  // twice: its names come first, and its targets win
  return flattenAliases({ ...given, ...file.aliases, ...given });
}

function noApiKey(variables: readonly string[], providerName: string): UsageError {
  return new UsageError('NO_API_KEY', `There is no API key for ${providerName}.`, {
    hint: `Set ${orList([...variables, 'CODEX_GLM_API_KEY'])}, or run: codex-glm setup`,
  });
}
