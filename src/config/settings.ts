import { checkBaseUrl } from '../catalog/base-url.ts';
import type { ModelAliases } from '../catalog/model-names.ts';
import type { ProviderDescription } from '../catalog/provider.ts';
import { UsageError } from '../errors/errors.ts';
import { flattenAliases, parseModelMap } from './aliases.ts';
import { lookUpSetting, type Found, type FlagValues } from './lookup.ts';
import { findConfiguredProvider } from './provider-overrides.ts';
import { referenceVariables, relayModelMap } from './reference-variables.ts';
import { emptySettingsFile, type SettingsFile } from './settings-file.ts';
import { orList, type SettingName, type SettingValues } from './setting-table.ts';

export type { FlagValues } from './lookup.ts';

/** Where the provider's key is. Only `value` is known without asking another program. */
export type KeyPlace =
  | { kind: 'value'; value: string; origin: string }
  | { kind: 'command'; command: string }
  | { kind: 'keychain'; provider: string }
  | { kind: 'none' };

export interface Settings {
  provider: ProviderDescription;
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
  const providerId = lookUpSetting('provider', sources, undefined)?.value ?? defaultProvider(sources);
  const setting = <N extends SettingName>(name: N) => lookUpSetting(name, sources, providerId)?.value;

  const found = findConfiguredProvider(providerId, file.overrides);
  const ownBaseUrl = setting('baseUrl');
  const movedTo = ownBaseUrl ?? firstOf(environment, found.baseUrlVariables)?.value;
  const key = findKey(found, sources, input.storedKey);
  // A server of one's own may well take no key; a provider's own endpoint never does.
  const isOwnServer = movedTo !== undefined || file.overrides[providerId]?.base_url !== undefined;
  if (key.kind === 'none' && !isOwnServer && found.keyVariables.length > 0) {
    throw noApiKey(found.keyVariables, found.name);
  }
  const provider = chooseWire(
    { ...found, fastModel: setting('fastModel') ?? found.fastModel },
    setting('wire'),
    ownBaseUrl,
  );
  return {
    provider,
    baseUrl: provider.inProcess && !movedTo ? '' : checkBaseUrl(movedTo ?? provider.baseUrl, provider.name),
    model: setting('model'),
    apiKey: key.kind === 'value' ? key.value : undefined,
    key,
    keepKeyVariable: setting('keepKeyVariable') ?? false,
    aliases: findAliases(environment, file),
    maxConcurrent: setting('maxConcurrent'),
    requestsPerMinute: setting('requestsPerMinute') ?? 0,
    deniedTools: setting('deniedTools') ?? [],
    images: setting('images') ?? 'note',
    webSearch: setting('webSearch') ?? 'off',
    quiet: setting('quiet') ?? false,
    usageFile: setting('usageFile'),
    network: {
      connectTimeoutMs: setting('connectTimeoutMs'),
      headersTimeoutMs: setting('headersTimeoutMs'),
      idleTimeoutMs: setting('idleTimeoutMs'),
      caFile: setting('caFile'),
    },
    standalone: {
      host: setting('host') ?? '127.0.0.1',
      port: setting('port') ?? 18_765,
      providers: setting('providers') ?? [],
      requireKey: setting('requireKey') ?? false,
      logLevel: setting('logLevel') ?? 'info',
      history: setting('history') ?? 'memory',
      historyFolder: setting('historyFolder'),
      historyTtlHours: setting('historyTtlHours'),
      historyMaxResponses: setting('historyMaxResponses'),
      historyMaxMegabytes: setting('historyMaxMegabytes'),
    },
  };
}

/** The first of the variables that is set, without blanks around it. */
export function firstOf(environment: NodeJS.ProcessEnv, variables: readonly string[]): Found<string> | undefined {
  for (const origin of variables) {
    const value = environment[origin]?.trim();
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
  const { environment, file } = sources;
  const { key_command: command, keychain } = file.overrides[provider.id] ?? {};
  const given = lookUpSetting('apiKey', sources, provider.id) ?? firstOf(environment, provider.keyVariables);
  if (given) return { kind: 'value', ...given };
  if (command !== undefined) return { kind: 'command', command };
  if (keychain === true) return { kind: 'keychain', provider: provider.id };
  const stored = provider.inProcess ? undefined : storedKey?.(provider.id);
  return stored ? { kind: 'value', ...stored } : { kind: 'none' };
}

/** A key's variable tells whose it is, not which plan it belongs to: the coding plans are the common case. */
const defaultProviders = ['bigmodel-coding', 'zai-coding'] as const;

function defaultProvider(sources: Sources): string {
  const { environment, file } = sources;
  const candidates = defaultProviders.map((id) => findConfiguredProvider(id, file.overrides));
  const found = candidates.find((provider) => firstOf(environment, provider.keyVariables));
  if (found) return found.id;
  const address = referenceVariables.find((row) => row.setting === 'baseUrl' && environment[row.variable]);
  if (address?.provider) return address.provider;
  const has = (name: SettingName) => lookUpSetting(name, sources, undefined) !== undefined;
  const given = has('apiKey') ? 'an API key' : has('baseUrl') ? 'a base URL' : undefined;
  if (given) {
    throw new UsageError('BAD_SETTING', `There is ${given}, but no provider is named.`, {
      hint: 'Name the one that it belongs to (--provider ID, CODEX_GLM_PROVIDER); any other server is openai-compatible.',
    });
  }
  throw noApiKey(candidates.flatMap((provider) => provider.keyVariables));
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

function noApiKey(variables: readonly string[], providerName?: string): UsageError {
  return new UsageError('NO_API_KEY', `There is no API key${providerName ? ` for ${providerName}` : ''}.`, {
    hint: `Set ${orList([...variables, 'CODEX_GLM_API_KEY'])}, or run: codex-glm setup`,
  });
}
