import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createBoundedStore, type KnownText } from './bounded-store.ts';
import { defaultHistoryLimits, type HistoryLimits, type HistoryStore } from './store.ts';

/** What an id may look like; it becomes a file's name. */
const idPattern = /^resp_[A-Za-z0-9]+$/;
const suffix = '.json';
const unfinishedPattern = /^resp_[A-Za-z0-9]+\.json\.tmp$/;

/**
 * History in a folder: one JSON file for each response, named by its id, readable by its owner only. A file appears
 * whole or not at all. What is there is found again at the next start; one process uses a folder at a time.
 * @throws the file system's error if the folder cannot be made or read
 */
export async function openDiskStore(
  folder: string,
  limits: HistoryLimits = defaultHistoryLimits,
  now = Date.now,
): Promise<HistoryStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fileOf = (id: string): string => {
    if (!idPattern.test(id)) throw new Error(`${JSON.stringify(id)} is not the id of a response`);
    return join(folder, id + suffix);
  };
  const place = {
    async write(id: string, text: string) {
      const file = fileOf(id);
      const temporary = `${file}.tmp`;
      try {
        await writeFile(temporary, text, { mode: 0o600 });
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    read: (id: string) => readFile(fileOf(id), 'utf8').catch(ignoreMissing),
    remove: (id: string) => rm(fileOf(id), { force: true }),
  };
  return createBoundedStore(place, await findTexts(folder), limits, now);
}

async function findTexts(folder: string): Promise<KnownText[]> {
  const found: KnownText[] = [];
  for (const name of await readdir(folder)) {
    const id = name.endsWith(suffix) ? name.slice(0, -suffix.length) : '';
    // what a crash left half-written
    if (unfinishedPattern.test(name)) await rm(join(folder, name), { force: true });
    if (!idPattern.test(id)) continue;
    const { size, mtimeMs } = await stat(join(folder, name));
    found.push({ id, bytes: size, storedAtMs: mtimeMs });
  }
  return found.toSorted((a, b) => a.storedAtMs - b.storedAtMs);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
