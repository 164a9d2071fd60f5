import { isCodexOption } from '../codex/options.ts';
import { settingsTable } from '../config/setting-table.ts';

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

/** How many letters are missing, too many, other ones, or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
