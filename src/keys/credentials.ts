import { readFileSync, statSync } from 'node:fs';
import { cleanKey } from '../config/clean-key.ts';
import type { Found } from '../config/lookup.ts';
import { parseToml, tomlString, TomlSyntaxError, type TomlTable } from '../config/toml.ts';
import { UsageError } from '../errors/errors.ts';

/**
 * The key that credentials.toml holds for a provider: `zai-coding = "..."`.
 * @throws UsageError UNSAFE_CREDENTIALS when others may read the file, BAD_SETTINGS_FILE when it is no such TOML
 */
export function readStoredKey(path: string, providerId: string): Found<string> | undefined {
  const text = readCredentialsText(path);
  const value = text === undefined ? undefined : parse(text, path)[providerId];
  if (value === undefined) return undefined;
  const key = typeof value === 'string' ? cleanKey(value) : '';
  if (key === '') throw unreadable(path, `"${providerId}" must be a key in quotes`);
  return { value: key, origin: path };
}

/**
 * The text of credentials.toml; undefined for a file that is missing.
 * @throws UsageError UNSAFE_CREDENTIALS when others may read the file, BAD_SETTINGS_FILE when it is no such TOML
 */
export function readCredentialsText(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (stats.isDirectory()) throw unreadable(path, 'it is a folder, not a file');
  // Windows has no such bits: there the folder belongs to the user
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    const mode = (stats.mode & 0o777).toString(8);
    throw new UsageError('UNSAFE_CREDENTIALS', `${path} holds keys and can be read by others (mode ${mode}).`, {
      hint: `Run: chmod 600 ${path}`,
    });
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw unreadable(path, (error as Error).message);
  }
  parse(text, path);
  return text;
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

function parse(text: string, path: string): TomlTable {
  try {
    return parseToml(text);
  } catch (error) {
    // the parser's message quotes the line, which may hold a key
    throw unreadable(path, `line ${error instanceof TomlSyntaxError ? error.line : '?'} is not TOML`);
  }
}

function unreadable(path: string, problem: string): UsageError {
  return new UsageError('BAD_SETTINGS_FILE', `${path}: ${problem}.`, {
    hint: 'Correct it: one line for each provider, like zai-coding = "key". Nothing was changed.',
  });
}
