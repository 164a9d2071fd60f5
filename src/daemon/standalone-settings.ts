import { resolve } from 'node:path';
import { lookUpSetting } from '../config/lookup.ts';
import type { Paths } from '../config/paths.ts';
import { settingsTable } from '../config/setting-table.ts';
import type { FlagValues, Settings } from '../config/settings.ts';
import { defaultHistoryLimits, type HistoryLimits } from '../history/store.ts';
import { loadOtherSettings } from '../launch/settings/load-other-settings.ts';
import { loadSettings } from '../launch/settings/load-settings.ts';
import { daemonPaths } from './daemon-paths.ts';

/** The options of `codex-glm proxy`, as the command line gives them. */
export type ProxyCommandOptions = Readonly<Record<string, string | boolean | undefined>>;

/** Everything that a standalone proxy is made of. */
export interface StandaloneSettings {
  settings: Settings;
  /** Further providers, each with the key and address that belong to it. */
  others: Settings[];
  paths: Paths;
  /** The port was asked for: no other one will do. */
  isPortFixed: boolean;
  history: HistorySettings;
}

export interface HistorySettings {
  kind: 'memory' | 'disk';
  /** Absolute; used by `disk` only. */
  folder: string;
  limits: HistoryLimits;
}

/**
 * @param flags our own, from in front of the command
 * @throws UsageError for settings or options that are wrong
 */
export function loadStandaloneSettings(
  flags: FlagValues,
  options: ProxyCommandOptions,
  environment: NodeJS.ProcessEnv,
): StandaloneSettings {
  const given: FlagValues = { ...flags };
  for (const { name, proxyOption } of settingsTable) {
    const value = proxyOption === undefined ? undefined : options[proxyOption];
    if (value !== undefined) given[name] = value === true ? '1' : String(value);
  }
  const { settings, paths, file } = loadSettings(given, environment);
  const { standalone } = settings;
  return {
    settings,
    others: standalone.providers
      .filter((id) => id !== settings.provider.id)
      .map((id) => loadOtherSettings(id, {}, environment).settings),
    paths,
    isPortFixed: lookUpSetting('port', { flags: given, environment, file }, settings.provider.id).origin !== 'default',
    history: {
      kind: standalone.history,
      // a proxy in the background works in another folder than who starts it
      folder: resolve(standalone.historyFolder ?? daemonPaths(paths.dataFolder).historyFolder),
      limits: limitsOf(standalone),
    },
  };
}

function limitsOf(given: Settings['standalone']): HistoryLimits {
  const { historyTtlHours, historyMaxResponses, historyMaxMegabytes } = given;
  return {
    ttlMs: historyTtlHours === undefined ? defaultHistoryLimits.ttlMs : historyTtlHours * 3_600_000,
    maxResponses: historyMaxResponses ?? defaultHistoryLimits.maxResponses,
    maxBytes: historyMaxMegabytes === undefined ? defaultHistoryLimits.maxBytes : historyMaxMegabytes * 1024 * 1024,
  };
}
