import { setTimeout as sleep } from 'node:timers/promises';
import { CodexGlmError } from '../errors/errors.ts';
import { isAlive } from '../launch/process-table.ts';
import { drainMs } from './run.ts';
import { readStates, type ProxyState } from './state-file.ts';

/** Some time more than a proxy takes for its last answers. */
const deadlineMs = drainMs + 5000;
const pauseMs = 50;

/**
 * Asks a proxy that answers to stop, and waits until its last answers are given and its state is gone; the process may be
 * listed for longer where nobody collects its status (containers).
 * @throws CodexGlmError if it does not go
 */
export async function stopDaemon(folder: string, { pid, url, nonce }: ProxyState): Promise<void> {
  process.kill(pid, 'SIGTERM');
  const isThere = () => isAlive(pid) && readStates(folder).some((state) => state.nonce === nonce);
  for (const deadline = Date.now() + deadlineMs; isThere();) {
    if (Date.now() > deadline) {
      throw new CodexGlmError('PROXY_NOT_STOPPED', `The proxy at ${url} (process ${pid}) does not stop.`, {
        hint: `End it by: kill -9 ${pid}`,
      });
    }
    await sleep(pauseMs);
  }
}
