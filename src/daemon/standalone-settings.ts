import { splitList } from '../config/setting-table.ts';
import { lookUpSetting } from '../config/lookup.ts';
import type { Paths } from '../config/paths.ts';
import type { FlagValues, Settings } from '../config/settings.ts';
import { UsageError } from '../errors/errors.ts';
import { loadOtherSettings } from '../launch/load-other-settings.ts';
import { loadSettings } from '../launch/load-settings.ts';

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
  requireKey: boolean;
  history: 'memory' | 'disk';
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
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const history = text('history') ?? 'memory';
  if (history !== 'memory' && history !== 'disk') throw new UsageError('USAGE', '--history must be memory or disk.');
  const given: FlagValues = { ...flags };
  for (const [name, option] of [
    ['host', 'host'],
    ['port', 'port'],
    ['logLevel', 'log-level'],
  ] as const) {
    const value = text(option);
    if (value !== undefined) given[name] = value;
  }
  const { settings, paths, file } = loadSettings(given, environment);
  if (settings.standalone.port > 65_535) throw new UsageError('USAGE', 'A port is a number up to 65535.');
  return {
    settings,
    others: splitList(text('providers') ?? '')
      .filter((id) => id !== settings.provider.id)
      .map((id) => loadOtherSettings(id, {}, environment).settings),
    paths,
    isPortFixed: lookUpSetting('port', { flags: given, environment, file }, settings.provider.id) !== undefined,
    requireKey: options['require-key'] === true,
    history,
  };
}
