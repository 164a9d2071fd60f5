import { settingsTable } from '../../config/setting-table.ts';
import type { CommandInput } from './command.ts';

/** How this very program is started again. */
export function thisCommand(): [string, ...string[]] {
  return [process.execPath, ...(process.argv[1] === undefined ? [] : [process.argv[1]])];
}

/** Our flags in front of the command, as they were given. */
export function flagArguments({ flags }: CommandInput): string[] {
  return settingsTable.flatMap(({ name, flag, value }) => {
    const given = flags[name];
    if (given === undefined || flag === undefined) return [];
    return value === undefined ? [flag] : [flag, given];
  });
}

/** Those options of the command that were given, of these names. */
export function optionArguments({ options }: CommandInput, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = options[name];
    if (value === true) return [`--${name}`];
    return typeof value === 'string' ? [`--${name}`, value] : [];
  });
}
