import { readFileSync } from 'node:fs';
import { providers } from '../catalog/catalog.ts';
import type { ModelAliases } from '../catalog/model-names.ts';
import { UsageError } from '../errors/errors.ts';
import { nearest } from '../errors/nearest.ts';
import { AliasLoop, flattenAliases } from './aliases.ts';
import {
  aPort,
  aSwitch,
  aText,
  aUrl,
  aWholeNumber,
  BadValue,
  fields,
  listOf,
  oneOf,
  tableOf,
  type Check,
} from './check.ts';
import { interpolate, MissingVariable } from './interpolate.ts';
import { checkOverrides, type ProviderOverrides } from './provider-overrides.ts';
import { settingsTable, type SettingDescription, type SettingValues } from './setting-table.ts';
import { isTomlTable, parseToml, TomlSyntaxError, type TomlTable } from './toml.ts';

/** What config.toml says. */
export interface SettingsFile {
  path: string;
  exists: boolean;
  values: Partial<SettingValues>;
  /** `[models.aliases]`, chains followed to their ends. */
  aliases: ModelAliases;
  overrides: ProviderOverrides;
}

export function emptySettingsFile(path: string): SettingsFile {
  return { path, exists: false, values: {}, aliases: {}, overrides: {} };
}

/**
 * Reads and checks config.toml; a missing one is empty.
 * @throws UsageError BAD_SETTINGS_FILE, with the file and the line or key, and what to do
 */
export function readSettingsFile(path: string, environment: NodeJS.ProcessEnv): SettingsFile {
  const text = readSettingsText(path);
  return text === undefined ? emptySettingsFile(path) : parseSettings(text, path, environment);
}

/**
 * The settings in the text of a config.toml.
 * @param path for errors
 * @param advice the last sentence of an error
 * @throws UsageError BAD_SETTINGS_FILE
 */
export function parseSettings(
  text: string,
  path: string,
  environment: NodeJS.ProcessEnv,
  advice = 'Correct it by: codex-glm config edit. Nothing was changed.',
): SettingsFile {
  try {
    // a copy of a table is a table
    const table = interpolate(parseToml(text), environment) as TomlTable;
    checkFile(table, '');
    checkProvider(table);
    const values = settingsTable.flatMap(({ name, key }) => {
      const value = key === undefined ? undefined : lookUp(table, key);
      return value === undefined ? [] : [[name, value]];
    });
    return {
      path,
      exists: true,
      // checkFile has seen that each has its setting's type
      values: Object.fromEntries(values) as Partial<SettingValues>,
      aliases: flattenAliases((lookUp(table, 'models.aliases') ?? {}) as ModelAliases),
      overrides: (table['providers'] ?? {}) as ProviderOverrides,
    };
  } catch (error) {
    throw toUsageError(error, path, advice);
  }
}

/** The value at a dotted key; undefined where there is none. */
export function lookUp(table: TomlTable, key: string): unknown {
  let value: unknown = table;
  for (const part of key.split('.')) value = isTomlTable(value) ? value[part] : undefined;
  return value;
}

const checkFile = fields({
  ...schemaOf(settingsTable),
  models: fields({ aliases: tableOf(aText) }),
  providers: checkOverrides,
});

/** A provider of the catalog, or one with a table of its own. */
function checkProvider({ provider, providers: own = {} }: TomlTable): void {
  if (typeof provider !== 'string') return;
  // checkFile has seen that it is a table
  const ids = [...providers.map(({ id }) => id), ...Object.keys(own as TomlTable)];
  if (ids.includes(provider)) return;
  const meant = nearest(provider, ids);
  const guess = meant === undefined ? '' : ` Did you mean ${meant}?`;
  const hint = `Known: ${ids.join(', ')}.${guess} One of your own needs a table first: [providers.${provider}].`;
  throw new BadValue('provider', `names "${provider}", which is no provider`, hint);
}

/** The check of every key of the table, nested as its dots say. */
function schemaOf(table: readonly SettingDescription[]): Record<string, Check> {
  const top: Record<string, Check> = {};
  const nested = new Map<string, Record<string, Check>>();
  for (const setting of table) {
    const [first, second] = setting.key?.split('.') ?? [];
    if (first === undefined) continue;
    if (second === undefined) top[first] = checkOf(setting);
    else nested.set(first, { ...nested.get(first), [second]: checkOf(setting) });
  }
  for (const [name, spec] of nested) top[name] = fields(spec);
  return top;
}

function checkOf({ name, type }: SettingDescription): Check {
  if (name === 'baseUrl') return aUrl;
  if (name === 'port') return aPort;
  if (type === 'text') return aText;
  if (type === 'switch') return aSwitch;
  if (type === 'number') return aWholeNumber;
  if (type === 'list') return listOf(aText);
  return oneOf(type);
}

function toUsageError(error: unknown, path: string, correct: string): unknown {
  const bad = (where: string, message: string, hint: string) =>
    new UsageError('BAD_SETTINGS_FILE', `${path}${where}: ${message}`, { hint, cause: error });
  if (error instanceof TomlSyntaxError) return bad(`, line ${error.line}`, error.message, correct);
  if (error instanceof BadValue)
    return bad('', `"${error.key}" ${error.message}.`, error.hint ? `${error.hint} ${correct}` : correct);
  if (error instanceof MissingVariable)
    return bad(
      '',
      `"${error.key}" names \${${error.variable}}, which is not set.`,
      `Set ${error.variable}, or write the value itself.`,
    );
  if (error instanceof AliasLoop) return bad('', `the model aliases go round in a circle: ${error.message}.`, correct);
  return error;
}

/**
 * undefined for a file that is missing.
 * @throws UsageError BAD_SETTINGS_FILE
 */
export function readSettingsText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const isFolder = code === 'EISDIR';
    throw new UsageError(
      'BAD_SETTINGS_FILE',
      `${path} ${isFolder ? 'is a folder, not a file' : `cannot be read: ${message}`}.`,
      {
        hint: isFolder ? 'Move it away.' : 'Make it readable, or move it away.',
        cause: error,
      },
    );
  }
}
