import {
  readServeSettings,
  serveSettings,
  type ServeSetting,
  type ServeSettings,
} from '../../reverse/settings/serve-settings.ts';
import type { CommandInput } from '../arguments/command.ts';

/**
 * The settings of `serve` and `chat` from their options and the environment.
 * @throws UsageError BAD_SETTING
 */
export function readServeOptions(options: CommandInput['options'], environment: NodeJS.ProcessEnv): ServeSettings {
  const flags: Partial<Record<keyof ServeSettings, string>> = {};
  for (const { name, flag } of serveSettings) {
    const value = flag === undefined ? undefined : options[flag.slice(2)];
    if (value !== undefined) flags[name] = value === true ? 'yes' : String(value);
  }
  return readServeSettings(flags, environment);
}

/** The flags of `serve` and `chat` for a help text; settings without one are in docs/serve.md. */
export function flagLines(settings: readonly ServeSetting[]): string {
  return settings.flatMap(({ flag, description }) => (flag ? [`  ${flag.padEnd(13)}  ${description}`] : [])).join('\n');
}
