import { readFileSync, statSync } from 'node:fs';
import type { Found } from '../config/lookup.ts';
import { isTomlTable, parseToml, tomlString, TomlSyntaxError, type TomlTable } from '../config/toml.ts';
import { UsageError } from '../errors/errors.ts';

/**
 * The key that credentials.toml holds for a provider: `zai-coding = "..."`.
 * @throws UsageError UNSAFE_CREDENTIALS when others may read the file, BAD_SETTINGS_FILE when it is no such TOML
 */
export function readStoredKey(path: string, providerId: string): Found<string> | undefined {
  const value = readCredentials(path)?.[providerId];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.trim() === '')
    throw unreadable(path, `"${providerId}" must be a key in quotes`);
  return { value: value.trim(), origin: path };
}

/** The text of a credentials.toml in which the provider has this key; all other lines stay. Pure. */
export function withStoredKey(text: string, providerId: string, key: string): string {
  const line = `${tomlString(providerId)} = ${tomlString(key)}`;
  const kept = text.split(/\r?\n/).filter((other) => other.trim() !== '' && keyName(other) !== providerId);
  return `${[...kept, line].join('\n')}\n`;
}

function keyName(line: string): string | undefined {
  return /^\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*=/.exec(line)?.slice(1).find(Boolean);
}

function readCredentials(path: string): TomlTable | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  // Windows has no such bits: there the folder belongs to the user
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    const mode = (stats.mode & 0o777).toString(8);
    throw new UsageError('UNSAFE_CREDENTIALS', `${path} holds keys and can be read by others (mode ${mode}).`, {
      hint: `Run: chmod 600 ${path}`,
    });
  }
  try {
    const table = parseToml(readFileSync(path, 'utf8'));
    return isTomlTable(table) ? table : undefined;
  } catch (error) {
    // the parser's message quotes the line, which may hold a key
    if (error instanceof TomlSyntaxError) throw unreadable(path, `line ${error.line} is not TOML`);
    throw unreadable(path, (error as Error).message);
  }
}

function unreadable(path: string, problem: string): UsageError {
  return new UsageError('BAD_SETTINGS_FILE', `${path}: ${problem}.`, {
    hint: 'Correct it: one line for each provider, like zai-coding = "key". Nothing was changed.',
  });
}
