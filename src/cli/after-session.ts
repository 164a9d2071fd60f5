import { writeFileSync } from 'node:fs';
import type { FinishedSession } from '../launch/session.ts';
import { recordRun } from './recorded-runs.ts';
import { usageLine } from './usage-line.ts';

/**
 * Records what a session used, and tells on stderr, where a person sat at it, that and how to go on: `codex resume ID`, with
 * which codex itself takes its leave, finds only sessions of the user's own codex home. Never fails the session.
 */
export function accountForSession({ usage, settings, paths, isInteractive, threadId }: FinishedSession): void {
  if (settings.usageFile !== undefined) {
    attempt(`${settings.usageFile} could not be written`, () =>
      writeFileSync(settings.usageFile ?? '', `${JSON.stringify(usage)}\n`),
    );
  }
  if (usage.responses === 0) return;
  attempt(`${paths.usageFile} could not be written`, () =>
    recordRun(paths.usageFile, { endedAtMs: Date.now(), ...usage }),
  );
  if (!isInteractive || settings.quiet || !process.stderr.isTTY) return;
  process.stderr.write(`codex-glm: ${usageLine(usage)}\n`);
  if (threadId !== undefined) process.stderr.write(`codex-glm: to continue: codex-glm resume ${threadId}\n`);
}

function attempt(problem: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    process.stderr.write(`codex-glm: ${problem}: ${(error as Error).message}\n`);
  }
}
