import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { temporaryPath } from './temporary-files.ts';

/** Replaces or creates a file in one step, readable by its owner only: a reader sees the old text or the new one. */
export function writeAtomically(path: string, text: string): void {
  const temporary = temporaryPath(path);
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
