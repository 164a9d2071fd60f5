import { isCodexOption } from '../../codex/options.ts';
import { settingsTable } from '../../config/setting-table.ts';
import { distance } from '../../errors/nearest.ts';

/**
 * Our flag that an option in front of codex's arguments was probably meant to be: `--provder`, `--base_url`, `-provider`
 * (which codex would take for `-p rovider`, a profile that need not exist). What codex knows is never one.
 * @param option its name alone, without a value
 */
export function nearestOwnFlag(option: string): string | undefined {
  if (!option.startsWith('-') || isCodexOption(option)) return undefined;
  const flags = settingsTable.flatMap(({ flag }) => flag ?? []);
  if (!option.startsWith('--')) return flags.find((flag) => flag === `-${option}`);
  return flags.find((flag) => distance(flag, option) <= tolerance(flag));
}

/** Short names have too many neighbours: `--write` is not `--wire`. */
function tolerance(flag: string): number {
  return flag.length < 9 ? 1 : 2;
}
