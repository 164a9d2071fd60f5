import { readCaFile } from '../config/ca-file.ts';
import { lookUpSetting } from '../config/lookup.ts';
import { findPaths, type Paths } from '../config/paths.ts';
import { readSettingsFile, type SettingsFile } from '../config/settings-file.ts';
import { resolveSettings, type FlagValues, type KeyPlace } from '../config/settings.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { CodexGlmError } from '../errors/errors.ts';
import { readStoredKey } from '../keys/credentials.ts';
import type { Prompts } from './prompts.ts';

export interface WizardInput {
  prompts: Prompts;
  environment: NodeJS.ProcessEnv;
  userHome: string;
  /** What is set already. */
  current: CurrentSettings;
}

/** What a setup finds in place. */
export interface CurrentSettings {
  paths: Paths;
  file: SettingsFile;
  /** The provider that is set; absent before the first setup. */
  providerId: string | undefined;
  baseUrl: string | undefined;
  key: KeyPlace;
  /** PEM text of the certificate authorities that settings name. */
  extraCa: string | undefined;
}

/**
 * Reads what is set; missing settings are no error.
 * @throws UsageError for files that are broken: a setup must not write over them
 */
export function readCurrent(flags: FlagValues, environment: NodeJS.ProcessEnv): CurrentSettings {
  const paths = findPaths(environment);
  const file = readSettingsFile(paths.settingsFile, environment);
  const sources = { flags, environment, file };
  const providerId = lookUpSetting('provider', sources, undefined)?.value;
  const caFile = lookUpSetting('caFile', sources, providerId)?.value;
  const storedKey = (id: string) => readStoredKey(paths.credentialsFile, id);
  return {
    paths,
    file,
    providerId,
    baseUrl: providerId === undefined ? undefined : lookUpSetting('baseUrl', sources, providerId)?.value,
    key: providerId === undefined ? { kind: 'none' } : currentKey({ ...sources, storedKey }),
    extraCa: caFile === undefined ? undefined : readCaFile(caFile),
  };
}

function currentKey(input: Parameters<typeof resolveSettings>[0]): KeyPlace {
  try {
    return resolveSettings(input).key;
  } catch (error) {
    // these are what a setup mends
    const mendable: readonly ErrorCode[] = ['NO_API_KEY', 'BAD_BASE_URL', 'BAD_SETTING', 'UNKNOWN_PROVIDER'];
    if (error instanceof CodexGlmError && mendable.includes(error.code)) return { kind: 'none' };
    throw error;
  }
}
