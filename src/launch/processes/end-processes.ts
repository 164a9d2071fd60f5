import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessEntry } from './process-table.ts';

/** How long a process may take to react to SIGTERM, and the system to SIGKILL. */
const graceMs = 1_000;
const pollMs = 20;

/**
 * Ends all that `find` returns, politely at first, and looks again until nothing is found: a process may start another
 * one at the last moment.
 * @param hurry no more politeness
 */
export async function endProcesses(find: () => ProcessEntry[], hurry?: AbortSignal): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const isPatient = () => signal === 'SIGKILL' || !hurry?.aborted;
    if (!isPatient()) continue;
    const told = new Set<number>();
    const deadline = Date.now() + graceMs;
    do {
      const left = find();
      if (left.length === 0) return;
      for (const { pid } of left.filter((entry) => !told.has(entry.pid))) {
        told.add(pid);
        kill(pid, signal);
      }
      await delay(pollMs);
    } while (isPatient() && Date.now() < deadline);
  }
}

/**
 * Windows has no signals: `taskkill` ends a process with all its descendants.
 * @returns whether it did
 */
export function endTreeOnWindows(pid: number, run: typeof spawnSync = spawnSync): boolean {
  return run('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).status === 0;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has just ended
  }
}
