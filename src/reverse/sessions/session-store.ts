import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { RequestError, UsageError } from '../../errors/errors.ts';
import { writeAtomically } from '../../launch/files/atomic-write.ts';
import { withFileLock } from '../../launch/files/file-lock.ts';

/** What is remembered of a session; its history is codex's. */
export interface Session {
  threadId: string;
  /** Of the system text that the thread was told last. */
  instructionsHash: string;
  /** Mark of the process that talks in the thread; codex lets only one do that at a time. */
  owner?: string;
}

/** Session id -> thread, in a file that may be deleted at any time to forget all sessions. */
export interface SessionStore {
  find(id: string): Session | undefined;
  save(id: string, session: Session): Promise<void>;
  /** @returns whether there was one */
  remove(id: string): Promise<boolean>;
  /** @throws UsageError for a file that is not ours */
  check(): void;
}

/** Beyond that the session that was used least recently is forgotten. */
const maxSessions = 10_000;
const maxIdLength = 512;

/** The file is read anew each time: deleting it counts at once. */
export function createSessionStore(file: string): SessionStore {
  async function change<T>(work: (sessions: Map<string, Session>) => T): Promise<T> {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return withFileLock(`${file}.lock`, () => {
      const sessions = read(file);
      const result = work(sessions);
      const kept = [...sessions].slice(-maxSessions).map(([id, session]) => ({ id, ...session }));
      writeAtomically(file, `${JSON.stringify({ sessions: kept }, null, 1)}\n`);
      return result;
    });
  }

  return {
    find: (id) => read(file).get(checkId(id)),
    save: (id, session) =>
      change((sessions) => {
        // to the end: used last
        sessions.delete(id);
        sessions.set(id, session);
      }),
    remove: (id) => change((sessions) => sessions.delete(checkId(id))),
    check: () => void read(file),
  };
}

export function hashInstructions(instructions: string | undefined): string {
  return createHash('sha256')
    .update(instructions ?? '')
    .digest('base64url');
}

function isOurs({ id, threadId }: { id: unknown; threadId: unknown }): boolean {
  return typeof id === 'string' && typeof threadId === 'string';
}

function checkId(id: string): string {
  if (id.length <= maxIdLength) return id;
  throw new RequestError('BAD_REQUEST', 400, `The session id is longer than ${maxIdLength} characters.`);
}

/** @throws UsageError for a file that is not ours: overwriting it would lose it */
function read(file: string): Map<string, Session> {
  const text = readOptional(file);
  if (text === undefined) return new Map();
  try {
    // what `change` has written
    const { sessions } = JSON.parse(text) as { sessions: ({ id: string } & Session)[] };
    if (!sessions.every(isOurs)) throw new Error('an entry is none of ours');
    return new Map(sessions.map(({ id, ...session }) => [id, session]));
  } catch (cause) {
    throw new UsageError('BAD_SETTINGS_FILE', `${file} cannot be read as a list of sessions.`, {
      hint: 'Delete it to begin anew; the threads stay in the codex home.',
      cause,
    });
  }
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
