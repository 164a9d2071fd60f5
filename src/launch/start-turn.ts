import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeAtomically } from './atomic-write.ts';
import { acquireFileLock } from './file-lock.ts';

/** Longer than a codex takes from its start to its first request; a TUI may never make one. */
const firstStartMs = 5_000;
/** Longer than a codex takes, on a busy machine, to put its helpers in place; an old one may have none. */
const startMs = 2_000;
const pollMs = 5;

/** The time in which no other launch on the same data folder starts a codex. Over after 5 s at the latest. */
export interface StartTurn {
  /** codex has just been spawned. */
  spawned(): void;
  /** codex has made its first request, or has ended. */
  settled(): void;
}

/**
 * Lets codex processes start one after the other, because they disturb each other in one home (codex 0.169):
 * - at the first start of a version each installs its system skills; of several some print "failed to install system
 *   skills" and leave half of them. So that start has the home for itself until the first request.
 * - each makes a folder below `tmp/arg0*` with its helper programs and removes those of others that look abandoned; one
 *   that was not locked yet is lost with "could not create PATH aliases". So every start waits until the folder is there:
 *   some milliseconds.
 * Who does not get a turn within 20 s goes on all the same.
 */
export async function awaitStartTurn(dataFolder: string, codexHome: string, executable: string): Promise<StartTurn> {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const release = await acquireFileLock(join(dataFolder, 'start.lock'), {
    deadlineMs: 20_000,
    staleAfterMs: 2 * firstStartMs,
  }).catch(() => undefined);
  if (!release) return { spawned: doNothing, settled: doNothing };
  const end = once(release);
  const file = join(dataFolder, 'started-codex');
  const identity = identityOf(codexHome, executable);
  if (readOptional(file) === identity) {
    const before = helperFolders(codexHome);
    const over = new AbortController();
    return {
      spawned: () => void waitForHelpers(codexHome, before, over.signal).then(end),
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

async function waitForHelpers(codexHome: string, before: readonly string[], over: AbortSignal): Promise<void> {
  const deadline = Date.now() + startMs;
  const isMissing = () => helperFolders(codexHome).every((name) => before.includes(name));
  while (!over.aborted && Date.now() < deadline && isMissing()) await delay(pollMs);
}

/** `tmp/arg0/codex-arg0X`, `tmp/arg0-linux/codex-arg0X`. */
function helperFolders(codexHome: string): string[] {
  const tmp = join(codexHome, 'tmp');
  return list(tmp)
    .filter((name) => name.startsWith('arg0'))
    .flatMap((name) => list(join(tmp, name)));
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
