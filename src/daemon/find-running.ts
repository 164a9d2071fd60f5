import { isAlive, readProcess } from '../launch/processes/process-table.ts';
import { readStates, removeState, type ProxyState } from './state-file.ts';

/** A busy machine may take its time; where nothing listens any more, the answer comes at once. */
const deadlineMs = 10_000;

export interface FoundProxies {
  answering: ProxyState[];
  /** Their process runs, but does not answer: it gives its last answers, or hangs. */
  silent: ProxyState[];
}

/** The start time of this process for its state; empty where the system has no cheap answer. */
export function ownStartTime(): string {
  return (process.platform === 'linux' && readProcess('self')?.startTime) || '';
}

/** Is the proxy of this state there, and is it the one that wrote it? */
export async function isAnswering({ url, nonce }: Pick<ProxyState, 'url' | 'nonce'>): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(deadlineMs) });
    return ((await answer.json()) as { instance?: string }).instance === nonce;
  } catch {
    return false;
  }
}

/**
 * Is it surely the very process that wrote the state? A process id may have come to belong to somebody else.
 * @returns `unknown` for a pid that runs, where the system does not tell when it was started
 */
export function identify({ pid, startTime }: Pick<ProxyState, 'pid' | 'startTime'>): 'same' | 'gone' | 'unknown' {
  if (!isAlive(pid)) return 'gone';
  if (!startTime) return 'unknown';
  return readProcess(pid)?.startTime === startTime ? 'same' : 'gone';
}

/** The proxies whose state is there. What a crash left behind is swept away. */
export async function findProxies(folder: string): Promise<FoundProxies> {
  const states = readStates(folder).filter((state) => {
    if (identify(state) !== 'gone') return true;
    removeState(folder, state);
    return false;
  });
  const answers = await Promise.all(states.map(isAnswering));
  return {
    answering: states.filter((_, index) => answers[index]),
    silent: states.filter((_, index) => !answers[index]),
  };
}
