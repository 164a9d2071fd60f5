import { randomFillSync } from 'node:crypto';

const idBytes = 12;
/** Filled for many ids at once: each call costs some microseconds, whatever it fills. */
const pool = Buffer.allocUnsafe(idBytes * 128);
let used = pool.length;

/** An id nobody can guess: the prefix and 24 hexadecimal digits. */
export function randomId(prefix: string): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += idBytes;
  return prefix + pool.toString('hex', used - idBytes, used);
}
