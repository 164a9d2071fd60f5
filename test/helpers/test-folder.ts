import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { testHomes } from './test-place.ts';

/** An empty folder, to be asked for inside of a test, which removes it when it has finished. */
export async function testFolder(): Promise<string> {
  await mkdir(testHomes, { recursive: true });
  const folder = await mkdtemp(join(testHomes, 'folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
