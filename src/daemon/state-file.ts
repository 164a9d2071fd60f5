import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../launch/files/atomic-write.ts';

/** What a running proxy says of itself, one file for each port. */
export interface ProxyState {
  pid: number;
  /** Said by its `/ready` too: a process id may come to belong to somebody else. */
  nonce: string;
  port: number;
  url: string;
  startedAt: string;
  /** Of the process, as the system has it: no other process with this pid has the same. Empty: the system does not tell. */
  startTime: string;
  /** Of `codex-glm`, for one that `proxy start` started: `restart` repeats them. */
  arguments?: string[];
}

const namePattern = /^proxy-\d+\.json$/;

export function writeState(folder: string, state: ProxyState): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeAtomically(fileOf(folder, state.port), `${JSON.stringify(state, null, 2)}\n`);
}

/** Removes the file, unless it is another proxy's by now. */
export function removeState(folder: string, state: Pick<ProxyState, 'port' | 'nonce'>): void {
  const file = fileOf(folder, state.port);
  if (readState(file)?.nonce === state.nonce) rmSync(file, { force: true });
}

/** By port. Files that cannot be read are passed over. */
export function readStates(folder: string): ProxyState[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // no proxy was ever started
  }
  return names
    .filter((name) => namePattern.test(name))
    .flatMap((name) => readState(join(folder, name)) ?? [])
    .toSorted((a, b) => a.port - b.port);
}

function fileOf(folder: string, port: number): string {
  return join(folder, `proxy-${port}.json`);
}

function readState(file: string): ProxyState | undefined {
  try {
    // our own words; a damaged file names no process
    const state = JSON.parse(readFileSync(file, 'utf8')) as ProxyState;
    return Number.isInteger(state.pid) && Number.isInteger(state.port) ? state : undefined;
  } catch {
    return undefined;
  }
}
