/**
 * The same job with a real key: `npm run test:live`. Costs a few thousand tokens. Without a key in `ZAI_API_KEY` or
 * `GLM_API_KEY` it is skipped. `CODEX_GLM_PROVIDER` and the other settings count as they do for a user.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLauncher } from '../helpers/run-launcher.ts';
import { testPlace } from '../helpers/test-place.ts';

const passed = Object.entries(process.env).filter(([name]) =>
  /^(ZAI_|GLM_|CODEX_GLM_(?!HOME$|CODEX_PATH$))/.test(name),
);
const environment = Object.fromEntries(passed.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
const hasKey = Boolean(environment['ZAI_API_KEY'] ?? environment['GLM_API_KEY']);
const why = hasKey ? '' : ' (skipped: neither ZAI_API_KEY nor GLM_API_KEY is set)';

test.skipIf(!hasKey)(
  `a real model reads a file, patches it, runs a command and is resumed${why}`,
  async () => {
    const place = await testPlace();
    const file = join(place.workFolder, 'greet.sh');
    await writeFile(file, 'echo helo\n');
    const prompt =
      'Correct the spelling in greet.sh with apply_patch, run `sh greet.sh`, and answer with its output only.';
    const options = { environment, deadlineMs: 240_000 };
    const first = await runLauncher(place, ['exec', prompt, '--full-auto'], options);
    expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining('hello') });
    expect(await readFile(file, 'utf8')).toBe('echo hello\n');

    const question = 'Which file did you change? Answer with its name only.';
    const next = await runLauncher(place, ['exec', 'resume', '--last', question], options);
    expect(next).toMatchObject({ status: 0, stdout: expect.stringContaining('greet.sh') });
  },
  500_000,
);
