import { UsageError } from '../errors/errors.ts';
import { cleanKey } from './clean-key.ts';
import { providerVariables } from './provider-overrides.ts';
import { referenceVariables } from './reference-variables.ts';
import type { SettingsFile } from './settings-file.ts';
import {
  describeSetting,
  parseSetting,
  settingDefaults,
  type DefaultedSetting,
  type SettingName,
  type SettingValues,
} from './setting-table.ts';

/** Values given by flags, by setting; a switch that is on has the value `1`. */
export type FlagValues = Partial<Record<SettingName, string>>;

export interface SettingsSources {
  flags: FlagValues;
  environment: NodeJS.ProcessEnv;
  file: SettingsFile;
}

/** A value and where it was found, for people: `--provider`, `CODEX_GLM_PROVIDER`, the path of the file, `default`. */
export interface Found<T> {
  value: T;
  origin: string;
}

/** In config.toml these belong to the provider that is named there, and hold for no other one. */
const boundToProvider: readonly SettingName[] = ['model', 'fastModel', 'baseUrl', 'wire'];

/**
 * The one precedence: flag, our own variable, the provider's own variables, a variable of the systems that this one
 * replaces, config.toml, default.
 * @param providerId the provider that serves the model; undefined while that is still asked
 * @throws UsageError BAD_SETTING for a text that the setting does not take
 */
export function lookUpSetting<N extends DefaultedSetting>(
  name: N,
  sources: SettingsSources,
  providerId: string | undefined,
): Found<SettingValues[N]>;
export function lookUpSetting<N extends SettingName>(
  name: N,
  sources: SettingsSources,
  providerId: string | undefined,
): Found<SettingValues[N]> | undefined;
export function lookUpSetting(
  name: SettingName,
  { flags, environment, file }: SettingsSources,
  providerId: string | undefined,
): Found<unknown> | undefined {
  const setting = describeSetting(name);
  const texts: [origin: string, text: string | undefined][] = [
    [setting.flag ?? (setting.proxyOption === undefined ? name : `--${setting.proxyOption}`), flags[name]],
    ...variablesOf(name, file, providerId).map((variable): [string, string | undefined] => [
      variable,
      environment[variable],
    ]),
  ];
  for (const [origin, given] of texts) {
    const text = name === 'apiKey' ? cleanKey(given ?? '') : given?.trim();
    if (!text) continue;
    const parsed = parseSetting(setting, text);
    if ('problem' in parsed) throw new UsageError('BAD_SETTING', `${origin} ${parsed.problem}.`);
    return { value: parsed.value, origin };
  }
  const value = file.values[name];
  const isForeign = boundToProvider.includes(name) && (file.values.provider ?? providerId) !== providerId;
  if (value !== undefined && !isForeign) return { value, origin: file.path };
  return Object.hasOwn(settingDefaults, name)
    ? { value: settingDefaults[name as DefaultedSetting], origin: 'default' }
    : undefined;
}

/** The variables of a setting, the first one first. */
function variablesOf(name: SettingName, file: SettingsFile, providerId: string | undefined): string[] {
  const own = providerId === undefined ? undefined : providerVariables(providerId, file.overrides);
  return [
    describeSetting(name).variable,
    ...((name === 'baseUrl' && own?.baseUrl) || (name === 'apiKey' && own?.key) || []),
    ...referenceVariables
      .filter((row) => row.setting === name && (row.provider === undefined || row.provider === providerId))
      .map(({ variable }) => variable),
  ];
}
