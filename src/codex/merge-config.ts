import { isDeepStrictEqual } from 'node:util';
import { isTomlTable, parseToml, stringifyToml, type TomlTable } from '../config/toml.ts';
import type { ConfigConstant } from './profile.ts';

/**
 * The text of a config.toml in which `constants` hold: `text` itself when they do already, else `text` with the fewest
 * lines changed, so that comments and everything else stay. Pure.
 * @param table what `text` says
 */
export function mergeConstants(text: string, table: TomlTable, constants: readonly ConfigConstant[]): string {
  const missing = constants.filter(([name, key, value]) => lookUp(table, name)?.[key] !== value);
  if (missing.length === 0) return text;
  const wanted = merged(table, missing);
  const edited = missing.reduce(setInText, text);
  return says(edited, wanted) ? edited : stringifyToml(wanted);
}

function lookUp(table: TomlTable, name: string | undefined): TomlTable | undefined {
  const found = name === undefined ? table : table[name];
  return isTomlTable(found) ? found : undefined;
}

function merged(table: TomlTable, constants: readonly ConfigConstant[]): TomlTable {
  const result = { ...table };
  for (const [name, key, value] of constants) {
    if (name === undefined) result[key] = value;
    else result[name] = { ...lookUp(result, name), [key]: value };
  }
  return result;
}

/** Covers what codex and people write; other spellings (inline tables, dotted keys) are left to the check afterwards. */
function setInText(text: string, [name, key, value]: ConfigConstant): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(newline);
  const line = `${key} = ${value}`;
  const header = name === undefined ? -1 : lines.findIndex((other) => tableName(other) === name);
  if (name !== undefined && header < 0) {
    const end = text === '' || text.endsWith(newline) ? '' : newline;
    return `${text}${end}${text === '' ? '' : newline}[${name}]${newline}${line}${newline}`;
  }
  const nextHeader = lines.findIndex((other, index) => index > header && /^\s*\[/.test(other));
  const end = nextHeader < 0 ? lines.length : nextHeader;
  const present = lines.findIndex((other, index) => index > header && index < end && keyName(other) === key);
  lines.splice(present < 0 ? header + 1 : present, present < 0 ? 0 : 1, line);
  return lines.join(newline);
}

function tableName(line: string): string | undefined {
  return /^\s*\[\s*([A-Za-z0-9_-]+)\s*\]\s*(?:#.*)?$/.exec(line)?.[1];
}

function keyName(line: string): string | undefined {
  return /^\s*([A-Za-z0-9_-]+)\s*=/.exec(line)?.[1];
}

function says(text: string, wanted: TomlTable): boolean {
  try {
    return isDeepStrictEqual(parseToml(text), wanted);
  } catch {
    return false;
  }
}
