import { settingsTable, type SettingName } from '../../config/setting-table.ts';
import type { FlagValues } from '../../config/settings.ts';
import { loadSettings, type LoadedSettings } from './load-settings.ts';

/** They say something of the one provider that is named beside them, and nothing of another. */
const bound: readonly SettingName[] = ['provider', 'model', 'fastModel', 'baseUrl', 'wire', 'apiKey'];

/**
 * The settings with another provider than the one they name: with its own key and address, and none of the first one's.
 * @throws UsageError: see loadSettings
 */
export function loadOtherSettings(
  providerId: string,
  flags: FlagValues,
  environment: NodeJS.ProcessEnv,
): LoadedSettings {
  const rest = { ...environment };
  for (const { name, variable } of settingsTable) if (bound.includes(name)) delete rest[variable];
  const otherFlags = Object.fromEntries(Object.entries(flags).filter(([name]) => !bound.some((each) => each === name)));
  return loadSettings({ ...otherFlags, provider: providerId }, rest);
}
