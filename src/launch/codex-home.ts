import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergeConstants } from '../codex/merge-config.ts';
import { configConstants } from '../codex/profile.ts';
import type { Paths } from '../config/paths.ts';
import { parseToml, TomlSyntaxError, type TomlTable } from '../config/toml.ts';
import { CodexError } from '../errors/errors.ts';
import { writeAtomically } from './atomic-write.ts';
import { withFileLock } from './file-lock.ts';

/**
 * Makes our codex home ready: the folder, and a config.toml in which the constants hold. What codex or the user wrote
 * there stays; when nothing is missing nothing is written.
 * @returns what config.toml says
 * @throws CodexError CODEX_HOME_UNUSABLE; a file that is not TOML is left as it is
 */
export async function prepareCodexHome(paths: Paths): Promise<TomlTable> {
  try {
    mkdirSync(paths.codexHome, { recursive: true, mode: 0o700 });
    const current = readConfig(paths.codexConfigFile);
    if (current.merged === current.text) return current.table;
    // Read again: another launch may have written it meanwhile.
    return await withFileLock(join(paths.dataFolder, 'codex-home.lock'), () => {
      const { text, merged, table } = readConfig(paths.codexConfigFile);
      if (merged !== text) writeAtomically(paths.codexConfigFile, merged);
      return table;
    });
  } catch (error) {
    if (error instanceof CodexError) throw error;
    throw new CodexError('CODEX_HOME_UNUSABLE', `${paths.codexHome} cannot be used: ${(error as Error).message}`, {
      hint: 'Make the folder writable, or name another one: CODEX_GLM_HOME.',
      cause: error,
    });
  }
}

function readConfig(file: string): { text: string; merged: string; table: TomlTable } {
  const text = readOptional(file);
  const table = parseConfig(text, file);
  return { text, table, merged: mergeConstants(text, table, configConstants) };
}

/** What a profile file (`codex -p name`) says; empty when it is missing, as it is for codex. */
export function readProfileFile(paths: Paths, name: string): TomlTable {
  const file = join(paths.codexHome, `${name}.config.toml`);
  return parseConfig(readOptional(file), file);
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
