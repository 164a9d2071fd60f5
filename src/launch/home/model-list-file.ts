import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../files/atomic-write.ts';

/** Which models a server named, and when. */
export interface StoredModelList {
  baseUrl: string;
  listedAtMs: number;
  ids: string[];
}

/** The last list that the server at `baseUrl` gave; undefined when there is none. */
export function readModelList(folder: string, providerId: string, baseUrl: string): StoredModelList | undefined {
  try {
    const list = JSON.parse(readFileSync(fileOf(folder, providerId), 'utf8')) as Partial<StoredModelList>;
    if (list.baseUrl !== baseUrl || !Array.isArray(list.ids) || typeof list.listedAtMs !== 'number') return undefined;
    return { baseUrl, listedAtMs: list.listedAtMs, ids: list.ids.filter((id) => typeof id === 'string') };
  } catch {
    // missing or broken: it is only a copy
    return undefined;
  }
}

export function writeModelList(folder: string, providerId: string, list: StoredModelList): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeAtomically(fileOf(folder, providerId), JSON.stringify(list));
}

function fileOf(folder: string, providerId: string): string {
  return join(folder, `${encodeURIComponent(providerId)}.json`);
}
