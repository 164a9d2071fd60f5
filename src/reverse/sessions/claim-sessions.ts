import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../../errors/errors.ts';
import { writeAtomically } from '../../launch/files/atomic-write.ts';
import { withFileLock } from '../../launch/files/file-lock.ts';
import { isRunning, ownMark } from '../../launch/run-mark.ts';

/**
 * Makes this process the only server of a sessions file: of two that talk in one thread, neither sees what the other has
 * said, and codex's record of the thread has both. What a process that is gone has claimed is free.
 * @returns gives it back
 * @throws UsageError when another server has it
 */
export async function claimSessions(sessionsFile: string): Promise<() => void> {
  const file = `${sessionsFile}.server`;
  const own = ownMark();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await withFileLock(`${file}.lock`, () => {
    const owner = readOwner(file);
    if (owner !== undefined && owner !== own && isRunning(owner)) throw inUse(sessionsFile, owner);
    writeAtomically(file, own);
  });
  return () => {
    if (readOwner(file) === own) rmSync(file, { force: true });
  };
}

function inUse(sessionsFile: string, owner: string): UsageError {
  const [pid] = owner.split('-');
  return new UsageError('BAD_SETTING', `Another server, process ${pid}, has the sessions in ${sessionsFile}.`, {
    hint: 'Stop it, or give this one a folder of its own: CODEX_GLM_SERVE_STATE.',
  });
}

function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
