/** What the subcommands of `proxy` read from their options. */
import { resolve } from 'node:path';
import { findPaths } from '../../../config/paths.ts';
import { settingsTable } from '../../../config/setting-table.ts';
import { daemonPaths } from '../../../daemon/daemon-paths.ts';
import { loadStandaloneSettings } from '../../../daemon/standalone-settings.ts';
import type { CommandInput } from '../../arguments/command.ts';
import { optionArguments } from '../../arguments/own-arguments.ts';

export const proxySettings = settingsTable.filter(({ proxyOption }) => proxyOption !== undefined);

export function standaloneOf({ flags, options, environment }: CommandInput): ReturnType<typeof loadStandaloneSettings> {
  return loadStandaloneSettings(flags, options, environment);
}

export function filesOf({ environment }: CommandInput): ReturnType<typeof daemonPaths> {
  return daemonPaths(findPaths(environment).dataFolder);
}

export function textOption({ options }: CommandInput, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Those options that a proxy in the background is given too; the port is chosen here. */
export function passedOn(input: CommandInput): string[] {
  const names = proxySettings.flatMap(({ proxyOption }) => (proxyOption === 'port' ? [] : (proxyOption ?? [])));
  const folder = textOption(input, 'history-dir');
  // it works in another folder
  const options = folder === undefined ? input.options : { ...input.options, 'history-dir': resolve(folder) };
  return optionArguments({ ...input, options }, names);
}

export function print(text: string): void {
  process.stdout.write(text);
}
