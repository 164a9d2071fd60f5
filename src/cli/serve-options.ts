import { readServeSettings, serveSettings, type ServeSettings } from '../reverse/serve-settings.ts';
import type { CommandInput } from './own-command.ts';

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
