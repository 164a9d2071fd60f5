import type { ProviderDescription } from '../catalog/provider.ts';
import { checkBaseUrl } from '../catalog/base-url.ts';
import { findConfiguredProvider } from '../config/provider-overrides.ts';
import { firstKey } from '../config/settings.ts';
import { orList } from '../config/setting-table.ts';
import { UsageError } from '../errors/errors.ts';
import { runKeyCommand } from '../keys/key-command.ts';
import { loadKey } from '../keys/load-key.ts';
import { keyProblem } from './ask-key.ts';
import type { CurrentSettings } from './current.ts';
import type { KeyChoice, SetupPlan } from './plan.ts';
import { fitting, lineOf, probeKey } from './probe-vendor.ts';
import { vendorOf } from './vendors.ts';

export interface UnattendedOptions {
  /** Default: the one that is set. */
  provider?: string | undefined;
  baseUrl?: string | undefined;
  wire?: 'chat' | 'responses' | undefined;
  mainModel?: string | undefined;
  fastModel?: string | undefined;
  keyCommand?: string | undefined;
  /** A key that was piped in; it goes to the credentials file, or to the keychain. */
  key?: string | undefined;
  keychain: boolean;
  /** Try the key before anything is written. */
  probes: boolean;
}

/**
 * The plan of a setup without questions.
 * @throws UsageError for what is missing, and when the key does not fit
 */
export async function planUnattended(
  options: UnattendedOptions,
  current: CurrentSettings,
  environment: NodeJS.ProcessEnv,
): Promise<SetupPlan> {
  const id = options.provider ?? current.providerId;
  if (id === undefined) {
    throw new UsageError('USAGE', 'No provider is named.', { hint: 'Write: codex-glm setup --yes --provider ID' });
  }
  const found = findConfiguredProvider(id, current.file.overrides);
  const baseUrl = options.baseUrl === undefined ? undefined : checkBaseUrl(options.baseUrl, found.name);
  const provider = { ...found, ...(baseUrl !== undefined && { baseUrl }) };
  if (!provider.inProcess && provider.baseUrl === '') {
    throw new UsageError('BAD_BASE_URL', `The base URL of ${found.name} is missing.`, {
      hint: 'Name it: --base-url https://host/v1',
    });
  }
  const key = await findKey(options, provider, current, environment);
  if (options.probes && !provider.inProcess) {
    // a model that is named is the one to try
    const { mainModel } = options;
    const tried = mainModel === undefined ? provider : { ...provider, mainModel, liveModels: false };
    await probe(tried, key, current, environment);
  }
  return {
    provider,
    baseUrl,
    key,
    wire: options.wire ?? provider.wire,
    mainModel: options.mainModel ?? provider.mainModel,
    fastModel: options.fastModel ?? provider.fastModel,
  };
}

async function findKey(
  { keyCommand, key, keychain }: UnattendedOptions,
  provider: ProviderDescription,
  current: CurrentSettings,
  environment: NodeJS.ProcessEnv,
): Promise<KeyChoice> {
  if (keyCommand !== undefined) {
    return { kind: 'command', command: keyCommand, value: await runKeyCommand(keyCommand, environment) };
  }
  if (key) {
    const problem = keyProblem(key);
    if (problem !== undefined) throw new UsageError('BAD_SETTING', problem, { hint: 'Pipe in the key alone.' });
    return { kind: keychain ? 'keychain' : 'file', value: key };
  }
  const variables = ['CODEX_GLM_API_KEY', ...provider.keyVariables];
  const variable = firstKey(environment, variables);
  if (variable) return keychain ? { kind: 'keychain', value: variable.value } : { kind: 'variable', ...variable };
  const stored = current.providerId === provider.id ? await loadKey(current.key, environment) : undefined;
  if (stored !== undefined) return { kind: 'kept', value: stored };
  if (provider.keyVariables.length === 0) return { kind: 'none' };
  throw new UsageError('NO_API_KEY', `There is no API key for ${provider.name}.`, {
    hint: `Set ${orList(variables)}, pipe it in with --key-stdin, or name a command: --key-command.`,
  });
}

async function probe(
  provider: ProviderDescription,
  key: KeyChoice,
  { file, extraCa }: CurrentSettings,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const siblings = provider.keyVariables.length === 0 ? [] : (vendorOf(provider.id)?.providers ?? []);
  const others = siblings
    .filter(({ id }) => id !== provider.id)
    .map(({ id }) => findConfiguredProvider(id, file.overrides));
  const apiKey = key.kind === 'none' ? undefined : key.value;
  const signal = new AbortController().signal;
  const findings = await probeKey([provider, ...others], { apiKey, environment, extraCa, signal });
  const fits = fitting(findings);
  if (fits.some(({ id }) => id === provider.id)) return;
  const wanted = findings.results.find((each) => each.provider.id === provider.id);
  // without the mark in front
  const line = wanted ? lineOf(wanted).slice(2) : provider.name;
  const [fit] = fits;
  throw fit
    ? new UsageError('BAD_SETTING', `The key does not fit. ${line}`, {
        hint: `It fits ${fit.name}: --provider ${fit.id}`,
      })
    : new UsageError('BAD_SETTING', `The trial failed. ${line}`, {
        hint: 'Nothing was written. --no-probe writes it all the same.',
      });
}
