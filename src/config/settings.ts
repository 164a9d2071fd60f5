import { checkBaseUrl } from '../catalog/base-url.ts';
import { findProvider } from '../catalog/catalog.ts';
import type { ProviderDescription } from '../catalog/provider.ts';
import { UsageError } from '../errors/errors.ts';

export type SettingName = 'provider' | 'baseUrl' | 'model' | 'apiKey' | 'keepKeyVariable';

export interface SettingDescription {
  name: SettingName;
  /** Our own flag; absent where a flag would be codex's (`--model`) or would show a key in the process list. */
  flag?: string;
  /** Placeholder of the flag's value; absent for a switch. */
  value?: string;
  variable: string;
  description: string;
}

/** Every setting, once: the flag parser, the help text and the precedence below read this table. */
export const settingsTable: readonly SettingDescription[] = [
  {
    name: 'provider',
    flag: '--provider',
    value: 'ID',
    variable: 'CODEX_GLM_PROVIDER',
    description: 'who serves the model (zai-coding, bigmodel-coding, demo, ...)',
  },
  {
    name: 'baseUrl',
    flag: '--base-url',
    value: 'URL',
    variable: 'CODEX_GLM_BASE_URL',
    description: "address that replaces the provider's own, without /chat/completions",
  },
  { name: 'model', variable: 'CODEX_GLM_MODEL', description: 'model to start with' },
  { name: 'apiKey', variable: 'CODEX_GLM_API_KEY', description: "the provider's API key" },
  {
    name: 'keepKeyVariable',
    flag: '--keep-key-env',
    variable: 'CODEX_GLM_KEEP_KEY_ENV',
    description: "leave the API key in codex's environment",
  },
];

/** Values given by flags, by setting; a switch that is on has the value `1`. */
export type FlagValues = Partial<Record<SettingName, string>>;

export interface Settings {
  provider: ProviderDescription;
  /** Without trailing slash. Empty for a provider that runs in this process (demo). */
  baseUrl: string;
  /** The model that a setting names; absent: codex's stored choice, or the provider's main model. */
  model: string | undefined;
  /** Absent for a server without keys. */
  apiKey: string | undefined;
  keepKeyVariable: boolean;
}

export interface SettingsSources {
  flags: FlagValues;
  environment: NodeJS.ProcessEnv;
}

/**
 * Flag before environment before default. Within the environment our own variable stands before the provider's.
 * @throws UsageError UNKNOWN_PROVIDER, NO_API_KEY, BAD_BASE_URL, BAD_SETTING
 */
export function resolveSettings({ flags, environment }: SettingsSources): Settings {
  // In order of precedence; a settings file is one more source, behind the environment.
  const sources = [flags, fromVariables(environment)];
  const setting = (name: SettingName) => sources.map((source) => source[name]).find(Boolean);

  const provider = findProvider(setting('provider') ?? defaultProvider(environment, setting));
  const movedTo = setting('baseUrl') ?? firstOf(environment, provider.baseUrlVariables);
  const apiKey = setting('apiKey') ?? firstOf(environment, provider.keyVariables);
  // A server of one's own may well take no key; a provider's own endpoint never does.
  if (!apiKey && !movedTo && provider.keyVariables.length > 0) throw noApiKey(provider.keyVariables, provider.name);
  return {
    provider,
    baseUrl: provider.inProcess && !movedTo ? '' : checkBaseUrl(movedTo ?? provider.baseUrl, provider.name),
    model: setting('model'),
    apiKey,
    keepKeyVariable: isOn(setting('keepKeyVariable')),
  };
}

function fromVariables(environment: NodeJS.ProcessEnv): FlagValues {
  return Object.fromEntries(settingsTable.map(({ name, variable }) => [name, environment[variable]?.trim()]));
}

function firstOf(environment: NodeJS.ProcessEnv, variables: readonly string[]): string | undefined {
  return variables.map((variable) => environment[variable]?.trim()).find(Boolean);
}

/** A key's variable tells whose it is, not which plan it belongs to: the coding plans are the common case. */
const defaultProviders = ['bigmodel-coding', 'zai-coding'] as const;

function defaultProvider(environment: NodeJS.ProcessEnv, setting: (name: SettingName) => string | undefined): string {
  const candidates = defaultProviders.map(findProvider);
  const found = candidates.find((provider) => firstOf(environment, provider.keyVariables));
  if (found) return found.id;
  const given = setting('apiKey') ? 'an API key' : setting('baseUrl') ? 'a base URL' : undefined;
  if (given) {
    throw new UsageError('BAD_SETTING', `There is ${given}, but no provider is named.`, {
      hint: 'Name the one that it belongs to (--provider ID, CODEX_GLM_PROVIDER); any other server is openai-compatible.',
    });
  }
  throw noApiKey(candidates.flatMap((provider) => provider.keyVariables));
}

function noApiKey(variables: readonly string[], providerName?: string): UsageError {
  return new UsageError('NO_API_KEY', `There is no API key${providerName ? ` for ${providerName}` : ''}.`, {
    hint: `Set ${new Intl.ListFormat('en', { type: 'disjunction' }).format([...variables, 'CODEX_GLM_API_KEY'])}, or run: codex-glm setup`,
  });
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['0', 'false', 'no', 'off'].includes(value.toLowerCase());
}
