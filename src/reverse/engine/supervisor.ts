import { setTimeout as sleep } from 'node:timers/promises';
import { CodexGlmError } from '../../errors/errors.ts';
import type { Log } from '../../proxy/log.ts';
import {
  startAppServer,
  type AppServerClient,
  type AppServerCommand,
  type AppServerListener,
} from './app-server-client.ts';

export interface SupervisorOptions extends AppServerListener {
  command: AppServerCommand;
  /** Told each time when a process has ended, before another one is started. */
  onEnded(): void;
  /** Removes what a process has left behind; waited for before another one is started, and by `close`. */
  cleanUp?: (() => Promise<void>) | undefined;
  log: Log;
  /** Pause before the first restart; doubles with each further process that did not live long. Default 100. */
  firstDelayMs?: number;
}

/** Keeps one `codex app-server` running. */
export interface Supervisor {
  /**
   * The process that runs now, or the one that is being started.
   * @throws CodexError CODEX_NOT_STARTED; the next call tries again
   */
  client(): Promise<AppServerClient>;
  close(): Promise<void>;
}

const longestDelayMs = 10_000;
/** A process that lived this long was well: the next pause is a short one again. */
const healthyAfterMs = 30_000;

export function superviseAppServer(options: SupervisorOptions): Supervisor {
  const { log, firstDelayMs = 100 } = options;
  const closing = new AbortController();
  let current: Promise<AppServerClient> | undefined;
  let quickEnds = 0;
  let cleaned: Promise<void> | undefined;

  async function start(): Promise<AppServerClient> {
    const startedAtMs = Date.now();
    try {
      await cleaned;
      if (quickEnds > 0) {
        const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (quickEnds - 1));
        await sleep(delayMs, undefined, { signal: closing.signal });
      }
      const client = await startAppServer(options.command, options);
      void client.ended.then(() => ended(startedAtMs));
      return client;
    } catch (error) {
      current = undefined;
      quickEnds++;
      throw closing.signal.aborted ? closed() : error;
    }
  }

  function ended(startedAtMs: number): void {
    quickEnds = Date.now() - startedAtMs > healthyAfterMs ? 1 : quickEnds + 1;
    current = undefined;
    options.onEnded();
    cleaned = options.cleanUp?.();
    if (closing.signal.aborted) return;
    log({ level: 'warn', message: 'codex app-server has ended and is started again', fields: { quickEnds } });
    // so that the next request need not wait; if it fails, that request says so
    client().catch(() => {});
  }

  function client(): Promise<AppServerClient> {
    if (closing.signal.aborted) return Promise.reject(closed());
    return (current ??= start());
  }

  return {
    client,
    async close() {
      const last = current;
      closing.abort();
      await last?.then(
        (running) => running.close(),
        () => {},
      );
      await cleaned;
    },
  };
}

function closed(): CodexGlmError {
  return new CodexGlmError('PROXY_CLOSED', 'The server is being closed.');
}
