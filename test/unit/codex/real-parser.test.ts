import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdirSync, rmSync } from 'node:fs';
import { splitOwnFlags } from '../../../src/cli/arguments/own-flags.ts';
import { readInvocation } from '../../../src/codex/arguments.ts';
import { findCodex } from '../../../src/launch/binary/find-codex.ts';
import { testHomes } from '../../helpers/test-place.ts';

const codexHome = join(testHomes, 'parser');
beforeAll(() => mkdirSync(codexHome, { recursive: true }));
afterAll(() => rmSync(codexHome, { recursive: true, force: true, maxRetries: 5 }));

/** codex reads its arguments up to `--help` and refuses those that it does not know with status 2. */
function parse(args: readonly string[]): { status: number | null; stderr: string } {
  const { executable } = findCodex({ environment: {} });
  return spawnSync(executable, [...args, '--help'], {
    env: { CODEX_HOME: codexHome },
    encoding: 'utf8',
    timeout: 20_000,
  });
}

test.each([
  [['exec', '--full-auto', 'do']],
  [['--full-auto', 'exec', 'do']],
  [['e', '-i', 'a.png', '--full-auto']],
  [['exec', 'resume', '--last', '--full-auto', 'do']],
  [['exec', 'review', '--uncommitted', '--full-auto']],
  [['exec', '--full-auto', '--approve-for-me']],
  [['--full-auto', 'do']],
  [['--full-auto', '-a', 'never']],
  [['resume', '--full-auto', '--last']],
  [['fork', '--full-auto']],
  [['review', '--full-auto']],
])("codex's parser takes %j only after the rewrite", (args) => {
  expect(parse(args)).toMatchObject({ status: 2, stderr: expect.stringContaining('--full-auto') });
  expect(parse(readInvocation(args).arguments)).toMatchObject({ status: 0, stderr: '' });
});

test('no option of codex is taken for a mistyped one of ours', () => {
  const { executable } = findCodex({ environment: {} });
  const help = (...args: string[]) =>
    spawnSync(executable, [...args, '--help'], { env: { CODEX_HOME: codexHome }, encoding: 'utf8', timeout: 20_000 });
  const texts = [help(), help('exec'), help('resume'), help('review'), help('app-server')].map(({ stdout }) => stdout);
  const options = new Set(texts.join('\n').match(/(?<=^ +(?:-\w, +)?)--?[\w-]+/gm));
  expect(options.size).toBeGreaterThan(30);
  for (const option of options) expect(splitOwnFlags([option, 'x']).codexArguments).toEqual([option, 'x']);
});
