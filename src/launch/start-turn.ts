import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeAtomically } from './files/atomic-write.ts';
import { acquireFileLock } from './files/file-lock.ts';
import { isReadingStdin } from './processes/process-table.ts';

/** Longer than a codex takes, on a busy machine, from its start to its first request; a TUI may never make one. */
const firstStartMs = 5_000;
/** Longer than it takes to put its helpers in place; an old one may have none. */
const helpersMs = 2_000;
/** Three per second start one after the other; who waits longer than a hundred of them need goes on all the same. */
const turnDeadlineMs = 60_000;

/** The time in which no other launch on the same data folder starts a codex. Over after 5 s at the latest. */
export interface StartTurn {
  /** codex has just been spawned; the pid is absent when that failed. */
  spawned(pid: number | undefined): void;
  /** codex has made its first request, or has ended. */
  settled(): void;
}

export interface StartTurnInput {
  dataFolder: string;
  codexHome: string;
  executable: string;
  /** It begins a thread by itself, as `exec` does; a TUI's begins with its first prompt. */
  beginsThread: boolean;
}

/**
 * Lets codex processes start one after the other, because they disturb each other in one home (codex 0.169):
 * - at the first start of a version each installs its system skills; of several some print "failed to install system
 *   skills" and leave half of them. So that start has the home for itself until the first request.
 * - each makes a folder below `tmp/arg0*` with its helper programs and removes those of others that look abandoned; one
 *   that was not locked yet is lost with "could not create PATH aliases". So every start waits until the folder is there:
 *   some milliseconds.
 * - each removes the files in `shell_snapshots` of threads that have no file in `sessions` yet; whose snapshot is lost so
 *   prints "Shell snapshot validation failed" (https://github.com/openai/codex/issues/29864). So one that begins a thread
 *   is waited for until that file is there, about a third of a second, or until it reads standard input, which it does
 *   before.
 * Who does not get a turn within a minute goes on all the same.
 */
export async function awaitStartTurn(input: StartTurnInput): Promise<StartTurn> {
  const { dataFolder, codexHome, executable } = input;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const release = await acquireFileLock(join(dataFolder, 'start.lock'), {
    deadlineMs: turnDeadlineMs,
    staleAfterMs: 2 * firstStartMs,
  }).catch(() => undefined);
  if (!release) return { spawned: doNothing, settled: doNothing };
  const end = once(release);
  const file = join(dataFolder, 'started-codex');
  const identity = identityOf(codexHome, executable);
  if (readOptional(file) === identity) {
    const before = helperFolders(codexHome);
    const hasHelpers = () => helperFolders(codexHome).some((name) => !before.includes(name));
    const hasBegun = input.beginsThread ? watchThread(codexHome) : () => true;
    const over = new AbortController();
    return {
      spawned: (pid) => {
        void waitFor(() => over.signal.aborted || hasHelpers(), { pollMs: 5, deadlineMs: helpersMs })
          .then(() => waitFor(() => over.signal.aborted || hasBegun(pid), { pollMs: 25, deadlineMs: firstStartMs }))
          .then(end);
      },
      settled: () => {
        over.abort();
        end();
      },
    };
  }
  const timer = setTimeout(() => settled(), firstStartMs);
  const settled = once(() => {
    clearTimeout(timer);
    writeAtomically(file, identity);
    end();
  });
  return { spawned: doNothing, settled };
}

async function waitFor(
  isTrue: () => boolean,
  { pollMs, deadlineMs }: { pollMs: number; deadlineMs: number },
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!isTrue() && Date.now() < deadline) await delay(pollMs);
}

/** `tmp/arg0/codex-arg0X`, `tmp/arg0-linux/codex-arg0X`. */
function helperFolders(codexHome: string): string[] {
  const tmp = join(codexHome, 'tmp');
  return list(tmp)
    .filter((name) => name.startsWith('arg0'))
    .flatMap((name) => list(join(tmp, name)));
}

/**
 * @returns whether there is a new `sessions/2026/01/31/rollout-X.jsonl`, or codex waits for a prompt; where that can't be
 * seen, two seconds are enough
 */
function watchThread(codexHome: string): (pid: number | undefined) => boolean {
  const begin = new Date();
  const date = [begin.getFullYear(), begin.getMonth() + 1, begin.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  );
  const folder = join(codexHome, 'sessions', ...date);
  const before = new Set(list(folder));
  return (pid) =>
    list(folder).some((name) => !before.has(name)) ||
    ((pid === undefined ? undefined : isReadingStdin(pid)) ?? Date.now() - begin.getTime() > 2_000);
}

/** Another version of codex installs other skills. */
function identityOf(codexHome: string, executable: string): string {
  const { size, mtimeMs } = statSync(executable);
  return [codexHome, executable, size, mtimeMs].join('\n');
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}

function doNothing(): void {}
