import { UsageError } from '../errors/errors.ts';
import { referenceVariables } from './reference-variables.ts';
import type { SettingsFile } from './settings-file.ts';
import { describeSetting, parseSetting, type SettingName, type SettingValues } from './setting-table.ts';

/** Values given by flags, by setting; a switch that is on has the value `1`. */
export type FlagValues = Partial<Record<SettingName, string>>;

export interface SettingsSources {
  flags: FlagValues;
  environment: NodeJS.ProcessEnv;
  file: SettingsFile;
}

/** A value and where it was found, for people: `--provider`, `CODEX_GLM_PROVIDER`, the path of the file. */
export interface Found<T> {
  value: T;
  origin: string;
}

/** In config.toml these belong to the provider that is named there, and hold for no other one. */
const boundToProvider: readonly SettingName[] = ['model', 'fastModel', 'baseUrl', 'wire'];

/**
 * The one precedence: flag, our own variable, a variable of the systems that this one replaces, config.toml.
 * @param providerId the provider that serves the model; undefined while that is still asked
 * @throws UsageError BAD_SETTING for a text that the setting does not take
 */
export function lookUpSetting<N extends SettingName>(
  name: N,
  { flags, environment, file }: SettingsSources,
  providerId: string | undefined,
): Found<SettingValues[N]> | undefined {
  const setting = describeSetting(name);
  const texts: [origin: string, text: string | undefined][] = [
    [setting.flag ?? (setting.proxyOption === undefined ? name : `--${setting.proxyOption}`), flags[name]],
    [setting.variable, environment[setting.variable]],
    ...referenceVariables
      .filter((row) => row.setting === name && (row.provider === undefined || row.provider === providerId))
      .map(({ variable }): [string, string | undefined] => [variable, environment[variable]]),
  ];
  for (const [origin, given] of texts) {
    const text = given?.trim();
    if (!text) continue;
    const parsed = parseSetting(setting, text);
    if ('problem' in parsed) throw new UsageError('BAD_SETTING', `${origin} ${parsed.problem}.`);
    // parseSetting gives what the setting's type says
    return { value: parsed.value as SettingValues[N], origin };
  }
  const value = file.values[name];
  const isForeign = boundToProvider.includes(name) && (file.values.provider ?? providerId) !== providerId;
  return value === undefined || isForeign ? undefined : { value, origin: file.path };
}
