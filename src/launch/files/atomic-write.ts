import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { temporaryPath } from './temporary-files.ts';

/** Replaces or creates a file in one step, readable by its owner only: a reader sees the old content or the new one. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = temporaryPath(path);
  try {
    writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
