import { existsSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { showError } from '../../../src/cli/show-error.ts';
import { CodexError, UsageError } from '../../../src/errors/errors.ts';
import { settingsTable } from '../../../src/config/setting-table.ts';
import { repositoryRoot, testPlace, type TestPlace } from '../../helpers/test-place.ts';

let place: TestPlace;
let stderr: string;
let stdout: string;

beforeEach(async () => {
  stderr = '';
  stdout = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  return () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  };
});

/** Runs `main` with nothing of the machine's settings. */
async function run(...args: string[]): Promise<number> {
  place = await testPlace();
  for (const name of [...settingsTable.map(({ variable }) => variable), 'GLM_API_KEY', 'ZAI_API_KEY', 'Z_AI_API_KEY']) {
    vi.stubEnv(name, undefined);
  }
  for (const [name, value] of Object.entries(place.environment)) vi.stubEnv(name, value);
  return main(args);
}

test.each([
  ['no key', ['exec', 'do'], 2, 'NO_API_KEY'],
  ['an unknown provider', ['--provider', 'nope', 'exec', 'do'], 2, 'UNKNOWN_PROVIDER'],
  ['a bad base URL', ['--provider', 'zai', '--base-url', 'x', 'exec', 'do'], 2, 'BAD_BASE_URL'],
  ['a flag without value', ['--provider'], 2, 'USAGE'],
])('%s: one message with its code, and nothing was made', async (_, args, status, code) => {
  expect(await run(...args)).toBe(status);
  expect(stderr).toMatch(new RegExp(`^codex-glm: .+\n  .+ \\[${code}\\]\n$`));
  expect(stdout).toBe('');
  expect(existsSync(place.glmHome)).toBe(false);
});

test('no codex: exit status 127, also for --version, which still tells ours', async () => {
  place = await testPlace();
  vi.stubEnv('CODEX_GLM_HOME', place.glmHome);
  vi.stubEnv('CODEX_GLM_CODEX_PATH', `${repositoryRoot}/missing/codex`);
  expect(await main(['--version'])).toBe(127);
  expect(stdout).toMatch(/^codex-glm \d+\.\d+\.\d+/);
  expect(stderr).toMatch(/missing.codex.*\[CODEX_NOT_FOUND\]\n$/s);
});

test.each([
  [new UsageError('USAGE', 'm'), 2],
  [new CodexError('CODEX_NOT_FOUND', 'm'), 127],
  [new CodexError('CODEX_NOT_STARTED', 'm'), 1],
  [new TypeError('m'), 70],
  ['thrown text', 70],
])('%s has exit status %i', (error, expected) => {
  expect(showError(error, false).status).toBe(expected);
});

test('colour only where it is wanted; a stack only for a bug of ours', () => {
  const error = new UsageError('USAGE', 'What.', { hint: 'Do this.' });
  expect(showError(error, false).text).toBe('codex-glm: What.\n  Do this. [USAGE]\n');
  expect(showError(error, true).text).toContain('\u001b[31m');
});

test('a bug is told with its stack, but without a key that stands in it', () => {
  const { text, status } = showError(new TypeError('no canary-id.canary-secret'), false, ['canary-id.canary-secret']);
  expect(status).toBe(70);
  expect(text).toMatch(
    /^codex-glm: internal error: no \[key\]\n {2}This is a bug\. Please report .* \[INTERNAL\]\n {2}TypeError: no \[key\]\n {6}at /,
  );
  expect(text).not.toContain('canary');
  expect(showError('\u001b[2Jthrown', false).text).toMatch(/internal error: thrown\n {2}This is a bug\. .*\n$/);
});
