/** Options of commands, as node's `parseArgs` takes them. */
import { settingsTable } from '../../config/setting-table.ts';

export const text = { type: 'string' } as const;
export const onOff = { type: 'boolean' } as const;

/** Of `install` and `uninstall`. */
export const serviceOptions = { systemd: onOff, launchd: onOff, quadlet: onOff } as const;

/** Of `proxy`: the settings of a standalone one, and how the command itself works. */
export const proxyOptions = {
  ...Object.fromEntries(
    settingsTable.flatMap(({ proxyOption, value }) =>
      proxyOption === undefined ? [] : [[proxyOption, value === undefined ? onOff : text]],
    ),
  ),
  'log-file': text,
  json: onOff,
  follow: { type: 'boolean', short: 'f' } as const,
  ...serviceOptions,
};
