import { accessSync, constants, existsSync, statSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProviderDescription } from '../catalog/provider.ts';
import { untestedVersion } from '../codex/versions.ts';
import { findPaths } from '../config/paths.ts';
import { findConfiguredProvider } from '../config/provider-overrides.ts';
import { readSettingsFile, type SettingsFile } from '../config/settings-file.ts';
import type { FlagValues, Settings } from '../config/settings.ts';
import { CodexGlmError } from '../errors/errors.ts';
import { loadKey } from '../keys/load-key.ts';
import { loadSettings } from '../launch/settings/load-settings.ts';
import { reportedVersion } from '../launch/binary/codex-version.ts';
import { findCodex } from '../launch/binary/find-codex.ts';
import { networkOptions } from '../launch/open-proxy.ts';
import { readProxyVariables, withoutCredentials } from '../provider/proxy-variables.ts';
import { findingLines, fitting, lineOf, probeKey, type KeyFindings } from './probe-vendor.ts';
import { vendorOf } from './vendors.ts';

export interface CheckResult {
  name: string;
  state: 'ok' | 'warn' | 'fail';
  message: string;
  /** What to do about it. */
  fix?: string;
  /** What else was found, one line each. */
  details?: string[];
}

/** All checks, in the order in which they are shown. A failing one is a result, no error. */
export async function runChecks(flags: FlagValues, environment: NodeJS.ProcessEnv): Promise<CheckResult[]> {
  const paths = findPaths(environment);
  const [codex, provider] = await Promise.all([
    attempt('codex', () => checkCodex(environment)),
    attempt('key', () => checkProvider(flags, environment)),
  ]);
  return distinct([
    ...codex,
    ...(await attempt('folder', () => checkFolder(paths.dataFolder))),
    ...(await attempt('settings', () => checkSettings(readSettingsFile(paths.settingsFile, environment)))),
    ...(await attempt('network', () => checkNetwork(environment))),
    ...provider,
  ]);
}

/** A failing part that another check tells already is not told twice. */
function distinct(results: readonly CheckResult[]): CheckResult[] {
  const isRepeated = (each: CheckResult, index: number) =>
    each.state === 'fail' && results.slice(0, index).some(({ message }) => message === each.message);
  return results.filter((each, index) => !isRepeated(each, index));
}

async function attempt(name: string, check: () => CheckResult[] | Promise<CheckResult[]>): Promise<CheckResult[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof CodexGlmError)) throw error;
    return [{ name, state: 'fail', message: error.message, ...(error.hint !== undefined && { fix: error.hint }) }];
  }
}

async function checkCodex(environment: NodeJS.ProcessEnv): Promise<CheckResult[]> {
  const { executable } = findCodex({ environment });
  const version = await reportedVersion(executable, environment);
  if (version === undefined) {
    const fix = 'Install it anew: npm install -g @openai/codex';
    return [{ name: 'codex', state: 'fail', message: `${executable} does not tell its version`, fix }];
  }
  const untested = untestedVersion(version);
  if (untested !== undefined) return [{ name: 'codex', state: 'warn', message: untested }];
  return [{ name: 'codex', state: 'ok', message: `${version} at ${executable}` }];
}

/** A first session needs a few megabytes; sessions grow. */
const enoughBytes = 200 * 1024 * 1024;

function checkFolder(folder: string): CheckResult[] {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  if (!statSync(existing).isDirectory()) {
    const fix = 'Move it away, or name another folder: CODEX_GLM_HOME.';
    return [{ name: 'folder', state: 'fail', message: `${existing} is a file, not a folder`, fix }];
  }
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch {
    const fix = `Make it writable, or name another folder: CODEX_GLM_HOME.`;
    return [{ name: 'folder', state: 'fail', message: `${existing} cannot be written to`, fix }];
  }
  const { bavail, bsize } = statfsSync(existing);
  return [judgeRoom(folder, bavail * bsize)];
}

/** Pure. */
export function judgeRoom(folder: string, freeBytes: number): CheckResult {
  const megabytes = `${Math.round(freeBytes / 1024 / 1024)} MB free`;
  if (freeBytes >= enoughBytes) return { name: 'folder', state: 'ok', message: `${folder}, ${megabytes}` };
  return { name: 'folder', state: 'warn', message: `${folder}, only ${megabytes}`, fix: 'Make room on that disk.' };
}

function checkSettings(file: SettingsFile): CheckResult[] {
  return [
    { name: 'settings', state: 'ok', message: file.exists ? file.path : `${file.path} does not exist, which is fine` },
  ];
}

/** Any address that is not on this machine: those are reached directly. */
const somewhere = 'https://provider.invalid';

function checkNetwork(environment: NodeJS.ProcessEnv): CheckResult[] {
  const proxies = readProxyVariables(somewhere, environment);
  if (!proxies) return [{ name: 'network', state: 'ok', message: 'no proxy is set' }];
  const { httpsProxy, httpProxy, noProxy } = proxies;
  const way = `through the proxy ${withoutCredentials(httpsProxy || httpProxy)}`;
  return [{ name: 'network', state: 'ok', message: noProxy ? `${way}, but for ${noProxy}` : way }];
}

async function checkProvider(flags: FlagValues, environment: NodeJS.ProcessEnv): Promise<CheckResult[]> {
  const { settings, file } = loadSettings(flags, environment);
  const { provider, baseUrl } = settings;
  if (provider.inProcess && baseUrl === '') {
    return [{ name: 'provider', state: 'ok', message: `${provider.name} needs no key` }];
  }
  const apiKey = await loadKey(settings.key, environment);
  const { extraCa } = networkOptions(settings.network);
  const signal = new AbortController().signal;
  const findings = await probeKey(endpointsFor(settings, file), { apiKey, environment, extraCa, signal });
  const key = { name: 'key', state: 'ok', message: keyWords(settings) } as const;
  return [key, judge(provider, findings)];
}

function judge(provider: ProviderDescription, findings: KeyFindings): CheckResult {
  const wanted = findings.results.find((each) => each.provider.id === provider.id && each.wire === provider.wire);
  const line = wanted ? lineOf(wanted) : '';
  const details = findingLines(findings).filter((each) => each !== line);
  const result = { name: 'provider', message: line.slice(2), ...(details.length > 0 && { details }) };
  const [fit] = fitting(findings);
  if (!wanted?.turn.ok) {
    const isOtherWire = fit?.id === provider.id;
    const better = isOtherWire ? 'config set wire chat' : `config set provider ${fit?.id}`;
    const fix = fit
      ? `The key fits ${fit.name}${isOtherWire ? ', Chat Completions' : ''}: codex-glm ${better}`
      : 'Run: codex-glm setup';
    return { ...result, state: 'fail', fix };
  }
  if (wanted.callsTools) return { ...result, state: 'ok' };
  return { ...result, state: 'warn', fix: 'A coding agent needs tools. Choose another model: codex-glm models' };
}

/** The one in use at its address; where keys are mixed up easily, the company's others too. */
function endpointsFor({ provider, baseUrl }: Settings, file: SettingsFile) {
  const siblings = provider.keyVariables.length === 0 ? [] : (vendorOf(provider.id)?.providers ?? []);
  const others = siblings
    .filter(({ id }) => id !== provider.id)
    .map(({ id }) => findConfiguredProvider(id, file.overrides));
  return [{ ...provider, baseUrl }, ...others];
}

function keyWords({ key }: Settings): string {
  switch (key.kind) {
    case 'value':
      return `from ${key.origin}`;
    case 'command':
      return 'from the command in config.toml';
    case 'keychain':
      return 'from the keychain of the system';
    default:
      return 'none is needed';
  }
}
