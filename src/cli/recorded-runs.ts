import { appendFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeAtomically } from '../launch/files/atomic-write.ts';
import type { RunUsage } from '../launch/usage-meter.ts';

/** One line of usage.jsonl. */
export interface RecordedRun extends RunUsage {
  endedAtMs: number;
}

/** About 3000 runs; then the older half is dropped. */
const maxBytes = 1024 * 1024;

/** Appends one run; lines of runs that end at the same time do not mix. */
export function recordRun(file: string, run: RecordedRun): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  appendFileSync(file, `${JSON.stringify(run)}\n`, { mode: 0o600 });
  if (statSync(file).size <= maxBytes) return;
  const lines = readFileSync(file, 'utf8').split('\n');
  writeAtomically(file, lines.slice(lines.length / 2).join('\n'));
}

/** Oldest first; lines that are broken are passed over. */
export function readRuns(file: string): RecordedRun[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      const run = JSON.parse(line) as Partial<RecordedRun>;
      // written by ourselves; a line of another version may lack what this one shows
      return Array.isArray(run.models) && typeof run.endedAtMs === 'number' ? [run as RecordedRun] : [];
    } catch {
      return [];
    }
  });
}
