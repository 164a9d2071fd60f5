import { lookUpSetting } from '../config/lookup.ts';
import { findPaths } from '../config/paths.ts';
import { readSettingsFile } from '../config/settings-file.ts';
import { settingsTable } from '../config/setting-table.ts';
import { resolveSettings, type KeyPlace } from '../config/settings.ts';
import { CodexGlmError } from '../errors/errors.ts';
import { readStoredKey } from '../keys/credentials.ts';
import type { CommandInput } from './own-command.ts';

/** Every setting with its value and where it comes from; a key is never shown. Rows: name, value, origin. */
export function explainSettings({ flags, environment }: Pick<CommandInput, 'flags' | 'environment'>): string[][] {
  const paths = findPaths(environment);
  const file = readSettingsFile(paths.settingsFile, environment);
  const sources = { flags, environment, file };
  const storedKey = (id: string) => readStoredKey(paths.credentialsFile, id);
  const provider = chosenProvider(() => resolveSettings({ ...sources, storedKey }));
  const rows = settingsTable
    .filter(({ name }) => name !== 'apiKey')
    .map(({ name, key, flag, variable }) => {
      const found = lookUpSetting(name, sources, provider.id);
      return [key ?? flag ?? variable, found ? String(found.value) : '-', found?.origin ?? 'default'];
    });
  const aliases = Object.entries(file.aliases).map(([name, target]) => [`models.aliases.${name}`, target, file.path]);
  const overrides = Object.keys(file.overrides).map((id) => [`providers.${id}`, '(table)', file.path]);
  return [
    ['in use', provider.id ?? '-', provider.note],
    ['address', provider.baseUrl ?? '-', ''],
    ['key', ...keyRow(provider.key)],
    ...rows,
    ...aliases,
    ...overrides,
  ];
}

interface ChosenProvider {
  id: string | undefined;
  baseUrl: string | undefined;
  key: KeyPlace;
  note: string;
}

/** What is missing is said in its place: this command shows settings that do not work too. */
function chosenProvider(resolve: () => ReturnType<typeof resolveSettings>): ChosenProvider {
  try {
    const { provider, baseUrl, key } = resolve();
    return { id: provider.id, baseUrl: baseUrl || 'in this process', key, note: provider.name };
  } catch (error) {
    if (!(error instanceof CodexGlmError)) throw error;
    return { id: undefined, baseUrl: undefined, key: { kind: 'none' }, note: error.message };
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
