import type { Logger } from 'pino';
import { knownSecrets, redact } from '../provider/redact.ts';
import type { Log, LogEntry } from '../proxy/log.ts';
import type { WriteLine } from './log-file.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

export interface JsonLog {
  log: Log;
  /** Resolves when all that was logged is written. */
  end(): Promise<void>;
}

/**
 * One JSON object for each entry, by pino: level, time, pid (several proxies may share a file), its fields, message. Errors
 * become their message, stack and code. Pino is loaded by the first entry: a start does not wait for it.
 * @param write called at once for each entry; no worker, no buffer: the last lines must survive a crash
 * @param minLevel entries below it are dropped
 * @param secrets texts that must not appear, whatever was logged, besides all keys that are in use
 */
export function createJsonLog(write: WriteLine, minLevel: LogEntry['level'], secrets: readonly string[] = []): JsonLog {
  const lowest = levels.indexOf(minLevel);
  const waiting: LogEntry[] = [];
  let logger: Logger | undefined;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    // a CommonJS package: the bundler knows no names of it
    const { default: pino } = await import('pino');
    logger = pino(
      {
        level: 'debug',
        messageKey: 'message',
        base: { pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
        serializers: { cause: errorFields },
      },
      { write: (line) => write(plainLine(redact(line.trimEnd(), [...secrets, ...knownSecrets()]))) },
    );
    for (const entry of waiting.splice(0)) put(logger, entry);
  }

  return {
    log(entry) {
      if (levels.indexOf(entry.level) < lowest) return;
      if (logger) return put(logger, entry);
      waiting.push(entry);
      loading ??= load();
    },
    end: async () => loading,
  };
}

function put(logger: Logger, { level, message, fields }: LogEntry): void {
  logger[level](fields, message);
}

function errorFields(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { message, stack } = value;
  return { message, stack, ...('code' in value && { code: value.code }) };
}

/** JSON escapes line feeds and ESC by itself; some terminals and viewers obey these as well. */
function plainLine(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
