import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { repositoryRoot } from './test-place.ts';

/** An empty folder, to be asked for inside of a test, which removes it when it has finished. */
export async function testFolder(): Promise<string> {
  const parent = join(repositoryRoot, '.test-homes');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
