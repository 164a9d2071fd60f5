import { isAlive } from '../launch/process-table.ts';
import { readStates, removeState, type ProxyState } from './state-file.ts';

const deadlineMs = 2000;

/** Is the proxy of this state there, and is it the one that wrote it? */
export async function isAnswering({ url, nonce }: Pick<ProxyState, 'url' | 'nonce'>): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(deadlineMs) });
    return ((await answer.json()) as { instance?: string }).instance === nonce;
  } catch {
    return false;
  }
}

/** The proxies that answer. What a crash left behind is swept away. */
export async function findRunning(folder: string): Promise<ProxyState[]> {
  const states = readStates(folder);
  const answering = await Promise.all(states.map(isAnswering));
  for (const [index, state] of states.entries()) {
    if (!answering[index] && !isAlive(state.pid)) removeState(folder, state);
  }
  return states.filter((_, index) => answering[index]);
}
