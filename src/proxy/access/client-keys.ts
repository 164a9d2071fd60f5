import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A client's key as it is kept: 256 random bits need no slow hash, their digest cannot be searched. */
export interface ClientKey {
  /** For people: whose it is. */
  name: string;
  /** In hexadecimal. */
  sha256: string;
}

/** The keys that clients of a proxy may show. */
export interface ClientKeys {
  readonly count: number;
  accepts(key: string): boolean;
}

/** A new key; it is shown once, only its hash is kept. */
export function createClientKey(): string {
  return `cgk_${randomBytes(32).toString('base64url')}`;
}

export function hashClientKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** @param read asked for every request, so that a key that was taken away is refused at once */
export function clientKeysFrom(read: () => readonly ClientKey[]): ClientKeys {
  return {
    get count() {
      return read().length;
    },
    accepts(key) {
      const hash = createHash('sha256').update(key).digest();
      let found = false;
      // all are compared, so that the time says nothing of which one it was
      for (const { sha256 } of read()) {
        const known = Buffer.from(sha256, 'hex');
        if (known.length === hash.length && timingSafeEqual(known, hash)) found = true;
      }
      return found;
    },
  };
}
