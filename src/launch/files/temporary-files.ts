import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../processes/process-table.ts';

/** A name beside `path` for a file that this process needs for a moment. */
export function temporaryPath(path: string): string {
  return `${path}.${process.pid}.${randomUUID()}`;
}

const temporaryName = /\.(\d+)\.[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Removes what killed processes left under such names in our data folder. */
export function removeTemporaryFiles(dataFolder: string): void {
  for (const name of ['', 'catalogs', 'codex-home', 'models']) {
    const folder = join(dataFolder, name);
    for (const file of list(folder)) {
      const pid = temporaryName.exec(file)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, file), { force: true });
    }
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
