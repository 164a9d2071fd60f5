import { withListedModels } from '../../catalog/listed-models.ts';
import { resolveModelName } from '../../catalog/model-names.ts';
import { withPolicy } from '../../catalog/policy.ts';
import { findPaths, type Paths } from '../../config/paths.ts';
import { readSettingsFile, type SettingsFile } from '../../config/settings-file.ts';
import { resolveSettings, type FlagValues, type Settings } from '../../config/settings.ts';
import { readStoredKey } from '../../keys/credentials.ts';
import { readModelList } from '../home/model-list-file.ts';

export interface LoadedSettings {
  settings: Settings;
  file: SettingsFile;
  paths: Paths;
}

/**
 * The settings of a run from all their sources: flags, environment, config.toml, credentials.toml, and the models that
 * the provider's server named when it was last asked.
 * @throws UsageError: see readSettingsFile, readStoredKey, resolveSettings
 */
export function loadSettings(flags: FlagValues, environment: NodeJS.ProcessEnv): LoadedSettings {
  const paths = findPaths(environment);
  const file = readSettingsFile(paths.settingsFile, environment);
  const storedKey = (providerId: string) => readStoredKey(paths.credentialsFile, providerId);
  const settings = resolveSettings({ flags, environment, file, storedKey });
  const list = readModelList(paths.modelListFolder, settings.provider.id, settings.baseUrl);
  const listed = list ? withListedModels(settings.provider, list.ids) : settings.provider;
  const provider = withPolicy(listed, settings);
  // codex would warn that it does not know an alias
  const model = settings.model === undefined ? undefined : resolveModelName(settings.model, provider, settings.aliases);
  return { settings: { ...settings, provider, model }, file, paths };
}
