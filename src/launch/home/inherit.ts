import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inheritTables, type InheritedTables } from '../../codex/inherit-tables.ts';
import type { Inheritable } from '../../config/launch-settings.ts';
import type { Paths } from '../../config/paths.ts';
import { parseToml, type TomlTable } from '../../config/toml.ts';
import { writeAtomically } from '../files/atomic-write.ts';
import { withFileLock } from '../files/file-lock.ts';
import { planFiles, type InheritedFiles } from './inherit-files.ts';

/** What our codex home has from the user's, so that it can be renewed and given up again. */
interface InheritRecord {
  files: InheritedFiles;
  tables: InheritedTables;
  /** Conflicts that the user has been told of. */
  conflicts: readonly string[];
  /** The same for what could not be read. */
  unreadable: readonly string[];
}

const nothing: InheritRecord = { files: {}, tables: {}, conflicts: [], unreadable: [] };

/**
 * Takes over what the user has in the own codex home: instructions, skills, prompts, rules, hooks, MCP servers. Nothing is
 * ever written there. When nothing has changed since the last run nothing is written at all.
 * @param config what our config.toml says
 * @param notice told of a conflict, and of what cannot be read, once
 * @returns what our config.toml says now
 */
export async function inheritFromUser(
  paths: Paths,
  inherit: readonly Inheritable[],
  config: TomlTable,
  notice: (line: string) => void,
): Promise<TomlTable> {
  const recordFile = join(paths.dataFolder, 'inherited.json');
  const plan = (table: TomlTable, text: string) => {
    const before = readRecord(recordFile);
    const files = planFiles(paths.codexHome, paths.userCodexHome, inherit, before.files);
    const source = readUserConfig(paths.userCodexHome);
    const from = [
      ...(inherit.includes('mcp') ? (['mcp_servers'] as const) : []),
      ...(inherit.includes('hooks') ? (['hooks'] as const) : []),
    ];
    const tables = source
      ? inheritTables({ text, table, source, from, before: before.tables })
      : { text, table, inherited: before.tables, conflicts: [] };
    const conflicts = [...files.conflicts, ...tables.conflicts];
    const record: InheritRecord = {
      files: files.inherited,
      tables: tables.inherited,
      conflicts,
      unreadable: files.unreadable,
    };
    return {
      before,
      record,
      files,
      tables,
      isDone: JSON.stringify(record) === JSON.stringify(before) && files.changes.length === 0,
    };
  };

  // Without its text: a plan that changes nothing needs none.
  if (plan(config, '').isDone) return config;
  return withFileLock(join(paths.dataFolder, 'codex-home.lock'), () => {
    const text = readFileSync(paths.codexConfigFile, 'utf8');
    const { before, record, files, tables } = plan(parseToml(text), text);
    for (const change of files.changes) change();
    if (tables.text !== text) writeAtomically(paths.codexConfigFile, tables.text);
    writeAtomically(recordFile, JSON.stringify(record));
    const untold = record.conflicts.filter((name) => !before.conflicts.includes(name));
    if (untold.length > 0) {
      notice(
        `not taken over from ${paths.userCodexHome}, because ${paths.codexHome} has its own: ${untold.join(', ')}. ` +
          'Remove one of the two, or leave things out with CODEX_GLM_INHERIT.',
      );
    }
    const unread = record.unreadable.filter((name) => !before.unreadable.includes(name));
    if (unread.length > 0) {
      notice(`not taken over from ${paths.userCodexHome}, because it cannot be read: ${unread.join(', ')}.`);
    }
    return tables.table;
  });
}

function readRecord(file: string): InheritRecord {
  try {
    // Written by this function only; whatever is wrong with it, it is made anew.
    return { ...nothing, ...(JSON.parse(readFileSync(file, 'utf8')) as InheritRecord) };
  } catch {
    return nothing;
  }
}

/** @returns undefined for a file that is not TOML: codex itself would tell, and what was taken over stays */
function readUserConfig(userHome: string): TomlTable | undefined {
  try {
    return parseToml(readFileSync(join(userHome, 'config.toml'), 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? {} : undefined;
  }
}
