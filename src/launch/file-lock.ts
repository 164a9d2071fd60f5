import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const deadlineMs = 10_000;
/** What is done under the lock takes milliseconds: an older lock was left behind, even if its pid is in use again. */
const staleAfterMs = 5_000;

/**
 * Runs `work` while no other process holds the lock file `path`. A lock whose holder is dead is taken over.
 * @throws Error when the lock is not to be had within 10 s
 */
export async function withFileLock<T>(path: string, work: () => T): Promise<T> {
  // A link appears with its content: no other process ever reads a lock without its holder's pid.
  const ticket = `${path}.${randomUUID()}`;
  writeFileSync(ticket, String(process.pid), { mode: 0o600 });
  try {
    const deadline = Date.now() + deadlineMs;
    while (!tryLink(ticket, path)) {
      if (Date.now() > deadline) throw new Error(`${path} is held by another process`);
      if (!takeStale(path)) await delay(20);
    }
    try {
      return work();
    } finally {
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(ticket, { force: true });
  }
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
function takeStale(path: string): boolean {
  const holder = readHolder(path);
  if (holder === undefined) return true;
  if (isAlive(holder.pid) && holder.ageMs < staleAfterMs) return false;
  const grave = `${path}.${randomUUID()}`;
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
