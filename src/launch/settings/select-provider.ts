import { providers } from '../../catalog/catalog.ts';
import type { ProviderDescription } from '../../catalog/provider.ts';
import { lookUpSetting } from '../../config/lookup.ts';
import { findPaths } from '../../config/paths.ts';
import { findConfiguredProvider } from '../../config/provider-overrides.ts';
import { readSettingsFile } from '../../config/settings-file.ts';
import type { FlagValues } from '../../config/settings.ts';
import { loadOtherSettings } from './load-other-settings.ts';
import { loadSettings, type LoadedSettings } from './load-settings.ts';

/**
 * The settings of a run. A model named `provider/model` brings its provider with it, for this run; unless the provider in
 * use has such names itself (`deepseek/deepseek-v4-pro` at OpenRouter), or only its server knows its models.
 * @throws UsageError: see loadSettings
 */
export function loadSettingsFor(
  model: string | undefined,
  flags: FlagValues,
  environment: NodeJS.ProcessEnv,
): LoadedSettings {
  const providerId = model === undefined ? undefined : prefixOf(model);
  if (providerId === undefined) return loadSettings(flags, environment);
  const file = readSettingsFile(findPaths(environment).settingsFile, environment);
  const named = lookUpSetting('provider', { flags, environment, file }, undefined)?.value;
  const inUse = named === undefined ? undefined : findConfiguredProvider(named, file.overrides);
  const isKnown = providers.some(({ id }) => id === providerId) || Object.hasOwn(file.overrides, providerId);
  if (!isKnown || inUse?.id === providerId || (inUse && hasSlashes(inUse))) return loadSettings(flags, environment);
  return loadOtherSettings(providerId, flags, environment);
}

/** The name by which a provider knows a model that may have been named `provider/model`. */
export function withoutProvider(model: string, provider: ProviderDescription): string {
  const isOwnId = provider.models.some(({ id }) => id === model);
  return !isOwnId && prefixOf(model) === provider.id ? model.slice(provider.id.length + 1) : model;
}

function prefixOf(model: string): string | undefined {
  const slash = model.indexOf('/');
  return slash > 0 ? model.slice(0, slash) : undefined;
}

function hasSlashes({ models, liveModels }: ProviderDescription): boolean {
  return liveModels === true || models.some(({ id }) => id.includes('/'));
}
