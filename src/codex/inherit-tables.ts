import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isTomlTable, parseToml, stringifyToml, type TomlTable } from '../config/toml.ts';

/** What was taken over, by dotted key (`mcp_servers.github`): a hash of the value as it then was in the user's file. */
export type InheritedTables = Readonly<Record<string, string>>;

export interface InheritTablesInput {
  /** Our config.toml, and what it says. */
  text: string;
  table: TomlTable;
  /** The user's. */
  source: TomlTable;
  /** Top-level tables whose entries are taken over. */
  from: readonly ('mcp_servers' | 'hooks')[];
  before: InheritedTables;
}

export interface InheritTablesResult {
  /** The new config.toml; the same text when nothing changes. */
  text: string;
  table: TomlTable;
  inherited: InheritedTables;
  /** Keys that both files have, with different values that are not from each other: ours stand. */
  conflicts: string[];
}

/**
 * Takes MCP servers and hooks over from the user's config.toml into ours, entry by entry. They are written into the file
 * because arguments (`-c mcp_servers...`) would show the servers' secrets in the process list, and because codex edits the
 * file itself: what it (`codex mcp add`, `remove`) or the user changed in our file stands until the user's own file changes.
 * Pure.
 */
export function inheritTables({ text, table, source, from, before }: InheritTablesInput): InheritTablesResult {
  const wanted = new Map(from.flatMap((name) => entriesOf(source, name)));
  const ours = new Map([...entriesOf(table, 'mcp_servers'), ...entriesOf(table, 'hooks')]);
  const put = new Map<string, unknown>();
  const inherited: Record<string, string> = {};
  const conflicts: string[] = [];
  for (const [key, value] of wanted) {
    const hash = hashOf(value);
    const own = ours.get(key);
    const last = before[key];
    // Ours from the beginning, or changed since on both sides.
    if (own !== undefined && (last === undefined || (last !== hash && last !== hashOf(own)))) {
      if (hashOf(own) !== hash) conflicts.push(key);
      continue;
    }
    inherited[key] = hash;
    if (last !== hash) put.set(key, value);
  }
  const gone = Object.keys(before).filter(
    (key) => !wanted.has(key) && ours.has(key) && hashOf(ours.get(key)) === before[key],
  );
  if (put.size === 0 && gone.length === 0) return { text, table, inherited, conflicts };
  const result = { ...table };
  for (const key of gone) set(result, key, undefined);
  for (const [key, value] of put) set(result, key, value);
  return { text: toText(text, [...gone, ...put.keys()], put, result), table: result, inherited, conflicts };
}

/** `state` under hooks is codex's own: which of them the user has trusted. */
function entriesOf(table: TomlTable, name: string): [key: string, value: unknown][] {
  const entries = table[name];
  if (!isTomlTable(entries)) return [];
  return Object.entries(entries).flatMap(([key, value]) => (key === 'state' ? [] : [[`${name}.${key}`, value]]));
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(stringifyToml({ value })).digest('hex').slice(0, 16);
}

function split(key: string): [table: string, name: string] {
  const dot = key.indexOf('.');
  return [key.slice(0, dot), key.slice(dot + 1)];
}

/** Replaces the tables that it changes: the given ones belong to the caller. */
function set(table: TomlTable, key: string, value: unknown): void {
  const [name, entry] = split(key);
  const entries: TomlTable = isTomlTable(table[name]) ? { ...table[name] } : {};
  if (value === undefined) delete entries[entry];
  else entries[entry] = value;
  if (Object.keys(entries).length === 0) delete table[name];
  else table[name] = entries;
}

/** The sections of the changed keys are cut out and the new ones stand at the end; all else keeps its place and comments. */
function toText(text: string, cut: readonly string[], put: ReadonlyMap<string, unknown>, wanted: TomlTable): string {
  const added: TomlTable = {};
  for (const [key, value] of put) set(added, key, value);
  const kept = withoutSections(text, cut).trimEnd();
  const edited = `${kept}${kept === '' ? '' : '\n\n'}${stringifyToml(added)}`;
  return says(edited, wanted) ? edited : stringifyToml(wanted);
}

function withoutSections(text: string, keys: readonly string[]): string {
  let isCut = false;
  const lines = text.split('\n').filter((line) => {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) isCut = keys.some((key) => header === key || header.startsWith(`${key}.`));
    return !isCut;
  });
  return lines.join('\n');
}

function says(text: string, wanted: TomlTable): boolean {
  try {
    return isDeepStrictEqual(parseToml(text), wanted);
  } catch {
    return false;
  }
}
