import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../files/atomic-write.ts';

/**
 * Stores a model catalog under a name made of its content, so that runs with different providers never disturb each
 * other and a known catalog is not written again.
 * @returns the absolute path of the file
 */
export function storeCatalog(folder: string, catalog: unknown): string {
  const text = JSON.stringify(catalog);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const file = join(folder, `${hash}.json`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeAtomically(file, text);
  }
  return file;
}
