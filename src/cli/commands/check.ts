import { runChecks, type CheckResult } from '../../setup/check-all.ts';
import type { CommandInput } from '../arguments/command.ts';

/** `codex-glm check [--json]`; exit status 1 when something has failed. */
export async function run({ flags, environment, options }: CommandInput): Promise<number> {
  const results = await runChecks(flags, environment);
  process.stdout.write(
    options['json'] === true ? `${JSON.stringify(results, null, 2)}\n` : results.map(checkText).join(''),
  );
  return results.some(({ state }) => state === 'fail') ? 1 : 0;
}

const marks = { ok: '✓', warn: '!', fail: '✗' } as const;

function checkText({ state, name, message, fix, details = [] }: CheckResult): string {
  const below = [...(fix === undefined ? [] : [`→ ${fix}`]), ...details];
  return `${marks[state]} ${name}: ${message}\n${below.map((line) => `    ${line}\n`).join('')}`;
}
