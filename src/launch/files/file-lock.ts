import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../processes/process-table.ts';
import { temporaryPath } from './temporary-files.ts';

export interface FileLockOptions {
  /** How long to try. */
  deadlineMs?: number;
  /** A lock that is older was left behind, even if its pid is in use again. */
  staleAfterMs?: number;
}

/**
 * Runs `work`, which takes milliseconds, while no other process holds the lock file `path`. A lock whose holder is dead is
 * taken over.
 * @throws Error when the lock is not to be had within 10 s
 */
export async function withFileLock<T>(path: string, work: () => T): Promise<T> {
  const release = await acquireFileLock(path);
  try {
    return work();
  } finally {
    release();
  }
}

/**
 * Takes the lock file `path`; a lock whose holder is dead is taken over.
 * @returns what gives the lock back
 * @throws Error when the lock is not to be had within `deadlineMs`
 */
export async function acquireFileLock(
  path: string,
  { deadlineMs = 10_000, staleAfterMs = 5_000 }: FileLockOptions = {},
): Promise<() => void> {
  // A link appears with its content: no other process ever reads a lock without its holder's pid.
  const ticket = temporaryPath(path);
  writeFileSync(ticket, String(process.pid), { mode: 0o600 });
  const own = statSync(ticket).ino;
  try {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      // The lock's age counts from here, not from the beginning of a long wait: it would be born stale.
      utimesSync(ticket, new Date(), new Date());
      if (tryLink(ticket, path)) return () => release(path, own);
      if (Date.now() > deadline) throw new Error(`${path} is held by another process`);
      if (!takeStale(path, staleAfterMs)) await delay(20);
    }
  } finally {
    rmSync(ticket, { force: true });
  }
}

/** Not the lock of another process, which took this one for left behind (its holder was suspended, say). */
function release(path: string, own: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.ino === own) rmSync(path, { force: true });
}

function tryLink(ticket: string, path: string): boolean {
  try {
    linkSync(ticket, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a lock that nobody holds. Of several processes that see it, the one whose rename succeeds does. */
function takeStale(path: string, staleAfterMs: number): boolean {
  const holder = readHolder(path);
  if (holder === undefined) return true;
  if (isAlive(holder.pid) && holder.ageMs < staleAfterMs) return false;
  const grave = temporaryPath(path);
  try {
    renameSync(path, grave);
  } catch {
    return true;
  }
  // Between the look and the rename another process may have taken it: then that one gets it back.
  if (readHolder(grave)?.pid !== holder.pid) tryLink(grave, path);
  rmSync(grave, { force: true });
  return true;
}

function readHolder(path: string): { pid: number; ageMs: number } | undefined {
  try {
    return { pid: Number(readFileSync(path, 'utf8')), ageMs: Date.now() - statSync(path).mtimeMs };
  } catch {
    return undefined;
  }
}
