import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../errors/errors.ts';

/** Lines of text, for a person or a log. */
export type WriteLine = (line: string) => void;

const maxBytes = 10 * 1024 * 1024;
/** `proxy.log.1` is the newest of them. */
const keptFiles = 3;

/**
 * Appends to a file that only its owner can read; one that has grown too large is moved aside. Written at once: a proxy
 * logs a few lines for each response, and the last ones must survive a crash. Lines that cannot be written later on (a full
 * disk, a folder that was removed) are lost: the proxy goes on without them.
 * @param limitBytes size from which a file is moved aside
 * @throws UsageError BAD_SETTING if the file cannot be written now
 */
export function createLogFile(path: string, limitBytes = maxBytes): WriteLine {
  checkWritable(path);
  let size = sizeOf(path);

  function append(text: string): void {
    if (size > 0 && size + Buffer.byteLength(text) > limitBytes) {
      for (let i = keptFiles - 1; i >= 1; i--) moveIfThere(`${path}.${i}`, `${path}.${i + 1}`);
      moveIfThere(path, `${path}.1`);
      size = 0;
    }
    appendFileSync(path, text, { mode: 0o600 });
    size += Buffer.byteLength(text);
  }

  return (line) => {
    try {
      append(`${line}\n`);
    } catch {
      // a response must not fail because its line does
    }
  };
}

/**
 * Makes a file of ours, and its folder, if need be.
 * @throws UsageError BAD_SETTING if it cannot be written
 */
export function checkWritable(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    appendFileSync(path, '', { mode: 0o600 });
  } catch (cause) {
    throw new UsageError('BAD_SETTING', `${path} cannot be written: ${(cause as Error).message}`, {
      hint: 'Make it and its folder writable for you, or name another place (CODEX_GLM_HOME moves all of our files).',
      cause,
    });
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function moveIfThere(from: string, to: string): void {
  if (sizeOf(from) > 0) renameSync(from, to);
}
