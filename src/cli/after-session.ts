import { writeFileSync } from 'node:fs';
import type { FinishedSession } from '../launch/session.ts';
import { recordRun } from './recorded-runs.ts';
import { usageLine } from './usage-line.ts';

/** Records what a session used, and tells it on stderr where a person sat at it. Never fails the session. */
export function accountForSession({ usage, settings, paths, isInteractive }: FinishedSession): void {
  if (settings.usageFile !== undefined) {
    attempt(`${settings.usageFile} could not be written`, () =>
      writeFileSync(settings.usageFile ?? '', `${JSON.stringify(usage)}\n`),
    );
  }
  if (usage.responses === 0) return;
  attempt(`${paths.usageFile} could not be written`, () =>
    recordRun(paths.usageFile, { endedAtMs: Date.now(), ...usage }),
  );
  if (isInteractive && !settings.quiet && process.stderr.isTTY)
    process.stderr.write(`codex-glm: ${usageLine(usage)}\n`);
}

function attempt(problem: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    process.stderr.write(`codex-glm: ${problem}: ${(error as Error).message}\n`);
  }
}
