import { setTimeout as sleep } from 'node:timers/promises';
import { CodexGlmError } from '../errors/errors.ts';
import { identify } from './find-running.ts';
import { drainMs } from './run.ts';
import { readStates, type ProxyState } from './state-file.ts';

/** Some time more than a proxy takes for its last answers. */
const deadlineMs = drainMs + 5000;
const pauseMs = 50;

/**
 * Asks a proxy to stop, and waits until its last answers are given and its state is gone; the process may be listed for
 * longer where nobody collects its status (containers). Only a process that surely is that proxy is told: one that
 * answered, or was started when the state says.
 * @throws CodexGlmError if it does not go, or may be another process by now
 */
export async function stopDaemon(folder: string, state: ProxyState, isAnswering: boolean): Promise<void> {
  const { pid, url, nonce } = state;
  if (!isAnswering && identify(state) !== 'same') {
    throw new CodexGlmError('PROXY_NOT_STOPPED', `The proxy at ${url} (process ${pid}) does not answer.`, {
      hint: `If process ${pid} is a codex-glm proxy, end it by: kill ${pid}`,
    });
  }
  process.kill(pid, 'SIGTERM');
  const isThere = () => identify(state) !== 'gone' && readStates(folder).some((each) => each.nonce === nonce);
  for (const deadline = Date.now() + deadlineMs; isThere();) {
    if (Date.now() > deadline) {
      throw new CodexGlmError('PROXY_NOT_STOPPED', `The proxy at ${url} (process ${pid}) does not stop.`, {
        hint: `End it by: kill -9 ${pid}`,
      });
    }
    await sleep(pauseMs);
  }
}
