import { assignInToml } from '../config/edit-toml.ts';
import type { TomlTable } from '../config/toml.ts';
import type { ConfigConstant } from './profile.ts';

/**
 * The text of a config.toml in which `constants` hold, with the fewest lines changed. Pure.
 * @param table what `text` says
 */
export function mergeConstants(text: string, table: TomlTable, constants: readonly ConfigConstant[]): string {
  const assignments = constants.map(([name, key, value]) => ({ table: name === undefined ? [] : [name], key, value }));
  return assignInToml(text, table, assignments);
}
