import { redact } from '../provider/redact.ts';
import type { Log, LogEntry } from '../proxy/log.ts';
import type { WriteLine } from './log-file.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/**
 * One JSON object for each entry: time, level, message, then its fields. Errors become their code and message.
 * @param minLevel entries below it are dropped
 * @param secrets texts that must not appear, whatever was logged
 */
export function createJsonLog(write: WriteLine, minLevel: LogEntry['level'], secrets: readonly string[]): Log {
  const lowest = levels.indexOf(minLevel);
  return ({ level, message, fields }) => {
    if (levels.indexOf(level) < lowest) return;
    const entry = { time: new Date().toISOString(), level, message, ...fields };
    write(redact(JSON.stringify(entry, replaceErrors), secrets));
  };
}

function replaceErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { message, stack } = value;
  return { message, stack, ...('code' in value && { code: value.code }) };
}
