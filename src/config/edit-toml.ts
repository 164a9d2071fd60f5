import { isDeepStrictEqual } from 'node:util';
import { isTomlTable, parseToml, stringifyToml, tomlString, type TomlTable } from './toml.ts';

export interface TomlAssignment {
  /** Names of the tables from the root to the one that holds the key. */
  table: readonly string[];
  key: string;
  /** undefined removes the key. */
  value: string | number | boolean | readonly string[] | undefined;
}

/**
 * The text of a TOML document in which the assignments hold: `text` itself when they do already, else `text` with the
 * fewest lines changed, so that comments and everything else stay. Pure.
 * @param table what `text` says
 */
export function assignInToml(text: string, table: TomlTable, assignments: readonly TomlAssignment[]): string {
  const missing = assignments.filter((each) => !isDeepStrictEqual(lookUp(table, each.table)?.[each.key], each.value));
  if (missing.length === 0) return text;
  const wanted = missing.reduce((result, each) => assigned(result, each.table, each), table);
  // a byte order mark would end up inside the text
  const edited = missing.reduce(setInText, text.replace(/^\uFEFF/, ''));
  return says(edited, wanted) ? edited : stringifyToml(wanted);
}

function lookUp(table: TomlTable, path: readonly string[]): TomlTable | undefined {
  let found: unknown = table;
  for (const name of path) found = isTomlTable(found) ? found[name] : undefined;
  return isTomlTable(found) ? found : undefined;
}

function assigned(table: TomlTable, path: readonly string[], { key, value }: TomlAssignment): TomlTable {
  const [first, ...rest] = path;
  if (first !== undefined) {
    const inner = isTomlTable(table[first]) ? table[first] : {};
    return { ...table, [first]: assigned(inner, rest, { table: rest, key, value }) };
  }
  const { [key]: _old, ...others } = table;
  return value === undefined ? others : { ...table, [key]: value };
}

/** Covers what programs and people write; other spellings (inline tables, dotted keys) are left to the check afterwards. */
function setInText(text: string, { table, key, value }: TomlAssignment): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(newline);
  const added = value === undefined ? [] : [`${toKey(key)} = ${toToml(value)}`];
  const header = table.length === 0 ? -1 : lines.findIndex((line) => isDeepStrictEqual(headerPath(line), table));
  if (table.length > 0 && header < 0) {
    if (value === undefined) return text;
    const end = text === '' || text.endsWith(newline) ? '' : newline;
    return `${text}${end}${text === '' ? '' : newline}[${table.map(toKey).join('.')}]${newline}${added[0]}${newline}`;
  }
  const nextHeader = lines.findIndex((line, index) => index > header && /^\s*\[/.test(line));
  const end = nextHeader < 0 ? lines.length : nextHeader;
  const present = lines.findIndex((line, index) => index > header && index < end && keyName(line) === key);
  // keys of the root stand apart from the first table
  const isFirst = table.length === 0 && present < 0 && /^\s*\[/.test(lines[0] ?? '');
  if (isFirst && added.length > 0) added.push('');
  lines.splice(present < 0 ? header + 1 : present, present < 0 ? 0 : 1, ...added);
  return lines.join(newline);
}

/** The path that a `[header]` line opens; undefined for any other line, `[[lists]]` included. */
function headerPath(line: string): string[] | undefined {
  if (!/^\s*\[[^[]/.test(line)) return undefined;
  const path: string[] = [];
  try {
    for (let table = parseToml(line); ;) {
      const [name, inner] = Object.entries(table)[0] ?? [];
      if (name === undefined || !isTomlTable(inner)) return path;
      path.push(name);
      table = inner;
    }
  } catch {
    return undefined;
  }
}

function keyName(line: string): string | undefined {
  return /^\s*(?:"([^"\\]+)"|'([^']+)'|([A-Za-z0-9_-]+))\s*=/.exec(line)?.slice(1).find(Boolean);
}

function toKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : tomlString(name);
}

function toToml(value: string | number | boolean | readonly string[]): string {
  if (typeof value === 'string') return tomlString(value);
  return typeof value === 'object' ? `[${value.map(tomlString).join(', ')}]` : String(value);
}

function says(text: string, wanted: TomlTable): boolean {
  try {
    return isDeepStrictEqual(parseToml(text), wanted);
  } catch {
    return false;
  }
}
