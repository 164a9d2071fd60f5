import type { TomlAssignment } from '../config/edit-toml.ts';
import { parseSetting, settingsTable } from '../config/setting-table.ts';
import { isTomlTable, tomlValue } from '../config/toml.ts';
import { UsageError } from '../errors/errors.ts';

/**
 * `config set KEY VALUE` as what is to be written. Whether the file takes it, its own check says.
 * @param key dotted; names with dots in them stand in quotes: `models.aliases."gpt-5.5"`
 * @throws UsageError BAD_SETTING
 */
export function readAssignment(key: string, text: string): TomlAssignment {
  const path = splitKey(key);
  const last = path.at(-1);
  if (last === undefined) throw new UsageError('BAD_SETTING', `"${key}" is no key.`);
  const setting = settingsTable.find((each) => each.key === key);
  return { table: path.slice(0, -1), key: last, value: setting ? valueOf(setting, key, text) : guess(text) };
}

function valueOf(setting: (typeof settingsTable)[number], key: string, text: string): TomlAssignment['value'] {
  // a variable is on whatever it says but no; what is written down should say what it means
  if (setting.type === 'switch' && !/^(true|false|1|0|yes|no|on|off)$/i.test(text.trim()))
    throw new UsageError('BAD_SETTING', `${key} must be true or false.`);
  const parsed = parseSetting(setting, text.trim());
  if ('problem' in parsed) throw new UsageError('BAD_SETTING', `${key} ${parsed.problem}.`);
  // a text, switch, number or list of texts, by the setting's type
  return parsed.value as TomlAssignment['value'];
}

/** true, 12, ["a", "b"] as in TOML; anything else is the text itself. */
function guess(text: string): TomlAssignment['value'] {
  const value = tomlValue(text);
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  return typeof value === 'string' ? value : text;
}

function splitKey(key: string): string[] {
  const path: string[] = [];
  let table = tomlValue(`{ ${key} = true }`);
  while (isTomlTable(table)) {
    const [entry] = Object.entries(table);
    if (!entry) break;
    path.push(entry[0]);
    table = entry[1];
  }
  return path;
}
