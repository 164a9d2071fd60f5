import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../errors/errors.ts';
import { writeAtomically } from '../launch/files/atomic-write.ts';
import { isLoopback } from '../proxy/access/address.ts';
import { createClientKey, hashClientKey, type ClientKey } from '../proxy/access/client-keys.ts';

/**
 * One more client key, for places where no file can be written (containers); and where a codex on the proxy takes its key
 * from.
 */
export const clientKeyVariable = 'CODEX_GLM_CLIENT_KEY';

/** Does a proxy with these settings ask its clients for a key, whatever else is given? */
export function needsClientKey({ requireKey, host }: { requireKey: boolean; host: string }): boolean {
  return requireKey || !isLoopback(host);
}

/** @throws UsageError BAD_SETTINGS_FILE for a file that is damaged: nobody is let in by accident, or locked out silently */
export function readClientKeys(file: string): ClientKey[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const { keys } = JSON.parse(text) as { keys: ClientKey[] };
    if (keys.every(({ name, sha256 }) => typeof name === 'string' && /^[0-9a-f]{64}$/.test(sha256))) return keys;
  } catch {
    // said below
  }
  throw new UsageError('BAD_SETTINGS_FILE', `${file} is damaged.`, {
    hint: 'Remove it, then make new keys by: codex-glm proxy keys add NAME',
  });
}

/** Reads the file again only when it has changed; a damaged one keeps what was read last. */
export function watchClientKeys(file: string): () => readonly ClientKey[] {
  let keys: readonly ClientKey[] = readClientKeys(file);
  let seen = stampOf(file);
  return () => {
    const stamp = stampOf(file);
    if (stamp === seen) return keys;
    seen = stamp;
    try {
      keys = readClientKeys(file);
    } catch {
      // an editor may be in the middle of writing
    }
    return keys;
  };
}

/**
 * Makes a key for a client.
 * @returns the key, which is not stored anywhere
 * @throws UsageError USAGE for a name that is taken or empty
 */
export function addClientKey(file: string, name: string): string {
  const keys = readClientKeys(file);
  if (keys.some((key) => key.name === name)) throw new UsageError('USAGE', `There is a key named "${name}" already.`);
  const key = createClientKey();
  writeClientKeys(file, [...keys, { name, sha256: hashClientKey(key) }]);
  return key;
}

/** @throws UsageError USAGE for an unknown name */
export function removeClientKey(file: string, name: string): void {
  const keys = readClientKeys(file);
  const left = keys.filter((key) => key.name !== name);
  if (left.length === keys.length) throw new UsageError('USAGE', `There is no key named "${name}".`);
  writeClientKeys(file, left);
}

function writeClientKeys(file: string, keys: readonly ClientKey[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeAtomically(file, `${JSON.stringify({ keys }, null, 2)}\n`);
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : '';
}
