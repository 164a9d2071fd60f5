import type { ProviderDescription } from '../../../catalog/provider.ts';
import { lookUpSetting, type Found } from '../../../config/lookup.ts';
import { findPaths } from '../../../config/paths.ts';
import type { ProviderOverride } from '../../../config/provider-overrides.ts';
import { readSettingsFile, type SettingsFile } from '../../../config/settings-file.ts';
import { settingsTable, type SettingName } from '../../../config/setting-table.ts';
import { resolveSettings, type KeyPlace } from '../../../config/settings.ts';
import { isTomlTable } from '../../../config/toml.ts';
import { CodexGlmError } from '../../../errors/errors.ts';
import { readStoredKey } from '../../../keys/credentials.ts';
import { withoutCredentials } from '../../../provider/proxy-variables.ts';
import type { CommandInput } from '../../arguments/command.ts';

/** Every setting with its value and where it comes from; a key is never shown. Rows: name, value, origin. */
export function explainSettings({ flags, environment }: Pick<CommandInput, 'flags' | 'environment'>): string[][] {
  const paths = findPaths(environment);
  const file = readSettingsFile(paths.settingsFile, environment);
  const sources = { flags, environment, file };
  const storedKey = (id: string) => readStoredKey(paths.credentialsFile, id);
  const chosen = chosenProvider(() => resolveSettings({ ...sources, storedKey }));
  const rows = settingsTable
    .filter(({ name }) => name !== 'apiKey')
    .map((setting) => {
      const { name, key, flag, variable } = setting;
      const found = lookUpSetting(name, sources, chosen.id) ?? ofProvider(name, chosen, file);
      return [key ?? flag ?? variable, found ? shown(found.value) : '-', found?.origin ?? 'default'];
    });
  const aliases = Object.entries(file.aliases).map(([name, target]) => [`models.aliases.${name}`, target, file.path]);
  const overrides = flattened(`providers`, file.overrides).map(([name, value]) => [name, value, file.path]);
  return [
    ['in use', chosen.id ?? '-', chosen.note],
    ['address', chosen.address ?? '-', ''],
    ['key', ...keyRow(chosen.key)],
    ...rows,
    ...aliases,
    ...overrides,
  ];
}

/** Defaults that the provider decides. */
function ofProvider(
  name: SettingName,
  { provider, key: chosenKey }: ChosenProvider,
  { overrides, path }: SettingsFile,
): Found<unknown> | undefined {
  if (!provider) return undefined;
  // none is named: the variable of its key has chosen it
  if (name === 'provider' && chosenKey.kind === 'value') return { value: provider.id, origin: chosenKey.origin };
  const { baseUrl, mainModel, fastModel, maxConcurrent = 0 } = provider;
  const values: Partial<Record<SettingName, [value: unknown, key: keyof ProviderOverride]>> = {
    baseUrl: [baseUrl || 'in this process', 'base_url'],
    model: [mainModel, 'main_model'],
    fastModel: [fastModel, 'fast_model'],
    maxConcurrent: [maxConcurrent, 'max_concurrent'],
  };
  const [value, key] = values[name] ?? [];
  if (key === undefined) return undefined;
  const isOverridden = overrides[provider.id]?.[key] !== undefined;
  return { value, origin: isOverridden ? path : `default of ${provider.id}` };
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(', ');
  return typeof value === 'string' ? withoutCredentials(value) : String(value);
}

/** Every value of nested tables by its dotted name, in the file's order; what may be a secret is not shown. */
function flattened(prefix: string, value: unknown): [name: string, value: string][] {
  if (isTomlTable(value)) return Object.entries(value).flatMap(([key, each]) => flattened(`${prefix}.${key}`, each));
  if (Array.isArray(value) && value.some(isTomlTable))
    return value.flatMap((each, index) => flattened(`${prefix}[${index}]`, each));
  const name = prefix.slice(prefix.lastIndexOf('.') + 1);
  if (name === 'key_command') return [[prefix, `${String(value).split(' ')[0]} …`]];
  if (name !== 'key_variables' && /key|token|secret|password|auth/i.test(name)) return [[prefix, '(set)']];
  return [[prefix, shown(value)]];
}

interface ChosenProvider {
  id: string | undefined;
  provider?: ProviderDescription;
  /** Of the wire in use. */
  address: string | undefined;
  key: KeyPlace;
  note: string;
}

/** What is missing is said in its place: this command shows settings that do not work too. */
function chosenProvider(resolve: () => ReturnType<typeof resolveSettings>): ChosenProvider {
  try {
    const { provider, baseUrl, key } = resolve();
    const address = provider.wire === 'responses' ? (provider.responsesBaseUrl ?? baseUrl) : baseUrl;
    return { id: provider.id, provider, address: address || 'in this process', key, note: provider.name };
  } catch (error) {
    if (!(error instanceof CodexGlmError)) throw error;
    return { id: undefined, address: undefined, key: { kind: 'none' }, note: error.message };
  }
}

function keyRow(key: KeyPlace): [value: string, origin: string] {
  switch (key.kind) {
    case 'value':
      return ['(set)', key.origin];
    case 'command':
      // the rest of the line may hold a secret
      return ['(asked)', `command: ${key.command.split(' ')[0]} …`];
    case 'keychain':
      return ['(asked)', 'keychain'];
    default:
      return ['-', 'none'];
  }
}
