import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergeConstants } from '../../codex/merge-config.ts';
import { configConstants } from '../../codex/profile.ts';
import { hasCapability } from '../../codex/versions.ts';
import type { Paths } from '../../config/paths.ts';
import type { LaunchSettings } from '../../config/launch-settings.ts';
import { isTomlTable, parseToml, TomlSyntaxError, type TomlTable } from '../../config/toml.ts';
import { CodexError } from '../../errors/errors.ts';
import { writeAtomically } from '../files/atomic-write.ts';
import { withFileLock } from '../files/file-lock.ts';
import { inheritFromUser } from './inherit.ts';

/** The CODEX_HOME of a run. */
export interface CodexHome {
  folder: string;
  /** What its config.toml says. */
  config: TomlTable;
  /** It is the user's own: nothing but codex writes there, so all that we want of codex is said by arguments. */
  isShared: boolean;
}

/**
 * Makes the codex home of this run ready. Ours: the folder, a config.toml in which the constants hold, and what is taken
 * over from the user's; what codex or the user wrote there stays, and when nothing is missing nothing is written. The
 * user's own is only made if it is missing.
 * @throws CodexError CODEX_HOME_UNUSABLE; a file that is not TOML is left as it is
 */
export async function openCodexHome(
  paths: Paths,
  { sessions, inherit }: Pick<LaunchSettings, 'sessions' | 'inherit'>,
  notice: (line: string) => void,
): Promise<CodexHome> {
  const isShared = sessions === 'shared';
  const folder = isShared ? paths.userCodexHome : paths.codexHome;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isShared) return { folder, config: readConfig(join(folder, 'config.toml')).table, isShared };
    const config = await inheritFromUser(paths, inherit, await prepareConfig(paths), notice);
    return { folder, config, isShared };
  } catch (error) {
    if (error instanceof CodexError) throw error;
    throw new CodexError('CODEX_HOME_UNUSABLE', `${folder} cannot be used: ${(error as Error).message}`, {
      hint: `Make the folder writable, or name another one: ${isShared ? 'CODEX_HOME' : 'CODEX_GLM_HOME'}.`,
      cause: error,
    });
  }
}

async function prepareConfig(paths: Paths): Promise<TomlTable> {
  const current = readConfig(paths.codexConfigFile);
  if (current.merged === current.text) return current.table;
  // Read again: another launch may have written it meanwhile.
  return await withFileLock(join(paths.dataFolder, 'codex-home.lock'), () => {
    const { text, merged, table } = readConfig(paths.codexConfigFile);
    if (merged !== text) writeAtomically(paths.codexConfigFile, merged);
    return table;
  });
}

function readConfig(file: string): { text: string; merged: string; table: TomlTable } {
  const text = readOptional(file);
  const table = parseConfig(text, file);
  return { text, table, merged: mergeConstants(text, table, configConstants) };
}

/**
 * What a profile (`codex -p name`) says: a file of its own, or in old versions a table of config.toml; empty when it is
 * missing, as it is for codex.
 */
export function readProfile({ folder, config }: CodexHome, name: string, version: string | undefined): TomlTable {
  if (!hasCapability(version, 'profileFiles')) {
    const profiles = isTomlTable(config['profiles']) ? config['profiles'] : {};
    return isTomlTable(profiles[name]) ? profiles[name] : {};
  }
  const file = join(folder, `${name}.config.toml`);
  return parseConfig(readOptional(file), file);
}

/**
 * Refuses what codex would refuse in a shared home, where nothing may be changed; with sessions of our own such a
 * setting does no harm.
 * @throws CodexError CODEX_HOME_UNUSABLE
 */
export function refuseLegacyProfile({ folder, config, isShared }: CodexHome, version: string | undefined): void {
  if (!isShared || config['profile'] === undefined || !hasCapability(version, 'profileFiles')) return;
  throw new CodexError(
    'CODEX_HOME_UNUSABLE',
    `${join(folder, 'config.toml')} has a "profile" key, with which codex does not start.`,
    {
      hint: 'Remove that key (codex has -p NAME and the file NAME.config.toml instead), or leave CODEX_GLM_SESSIONS=shared out.',
    },
  );
}

function parseConfig(text: string, file: string): TomlTable {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlSyntaxError)) throw error;
    throw new CodexError('CODEX_HOME_UNUSABLE', `${file}, line ${error.line}: ${error.message}`, {
      hint: 'Correct that line; nothing was changed.',
      cause: error,
    });
  }
}

function readOptional(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
