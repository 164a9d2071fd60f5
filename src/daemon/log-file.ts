import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Lines of text, for a person or a log. */
export type WriteLine = (line: string) => void;

const maxBytes = 10 * 1024 * 1024;
/** `proxy.log.1` is the newest of them. */
const keptFiles = 3;

/**
 * Appends to a file that only its owner can read; one that has grown too large is moved aside. Written at once: a proxy
 * logs a few lines for each response, and the last ones must survive a crash.
 * @param limitBytes size from which a file is moved aside
 */
export function createLogFile(path: string, limitBytes = maxBytes): WriteLine {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let size = sizeOf(path);
  return (line) => {
    const text = `${line}\n`;
    if (size > 0 && size + Buffer.byteLength(text) > limitBytes) {
      for (let i = keptFiles - 1; i >= 1; i--) moveIfThere(`${path}.${i}`, `${path}.${i + 1}`);
      moveIfThere(path, `${path}.1`);
      size = 0;
    }
    appendFileSync(path, text, { mode: 0o600 });
    size += Buffer.byteLength(text);
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function moveIfThere(from: string, to: string): void {
  if (sizeOf(from) > 0) renameSync(from, to);
}
