import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { dirname } from 'node:path';
import { RequestError } from '../../errors/errors.ts';
import { rememberSecret } from '../../provider/redact.ts';
import { writeAtomically } from '../../launch/files/atomic-write.ts';

export interface ServerKey {
  /** @throws RequestError 401 */
  check(headers: IncomingHttpHeaders): void;
  /** A key that was just generated, to be shown this one time. */
  generated: string | undefined;
  /** Stores the hash of a generated key, and nothing else of it: to be called when the key is shown. */
  keep(): void;
}

/**
 * The key of the chat server: the one given, or the one whose hash `file` holds, or a new one.
 * @param renew generate a new one in any case
 */
export function openServerKey(given: string | undefined, file: string, renew: boolean): ServerKey {
  if (given) {
    rememberSecret(given);
    return { check: checkAgainst(digest(given)), generated: undefined, keep: keepNothing };
  }
  const stored = renew ? undefined : readHash(file);
  if (stored) return { check: checkAgainst(stored), generated: undefined, keep: keepNothing };
  const generated = `sk-codex-${randomBytes(24).toString('base64url')}`;
  rememberSecret(generated);
  const hash = digest(generated);
  return {
    check: checkAgainst(hash),
    generated,
    keep() {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeAtomically(file, `${hash.toString('hex')}\n`);
    },
  };
}

function keepNothing(): void {}

/** `Authorization: Bearer` or `x-api-key`. */
function checkAgainst(expected: Buffer): ServerKey['check'] {
  return ({ authorization, 'x-api-key': apiKey }) => {
    const given = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1] ?? (typeof apiKey === 'string' ? apiKey : '');
    if (timingSafeEqual(digest(given.trim()), expected)) return;
    throw new RequestError('UNAUTHORIZED', 401, 'The API key of this server is missing or wrong.', {
      hint: 'Send it as `Authorization: Bearer KEY` or `x-api-key: KEY`.',
    });
  };
}

/** Digests have one length, which the comparison in constant time needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function readHash(file: string): Buffer | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return /^[0-9a-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
