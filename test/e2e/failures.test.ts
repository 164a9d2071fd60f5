import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorLines } from '../helpers/error-lines.ts';
import { freePort } from '../helpers/free-port.ts';
import { leftProcesses } from '../helpers/processes.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider, type ProviderStep } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

const environment = { ZAI_API_KEY: 'key-of-the-test.secret' };

test('no key: exit 2, the variables and the set-up command are named, and nothing is started or created', async () => {
  const place = await testPlace();
  const run = await runLauncher(place, ['exec', 'hi']);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  for (const word of ['GLM_API_KEY', 'ZAI_API_KEY', 'codex-glm setup']) expect(run.stderr).toContain(word);
  expect(existsSync(place.glmHome)).toBe(false);
});

test('an unknown provider: exit 2 and the list', async () => {
  const place = await testPlace();
  const run = await runLauncher(place, ['--provider', 'nope', 'exec', 'hi']);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  for (const word of ['nope', 'bigmodel-coding', 'zai', 'demo']) expect(run.stderr).toContain(word);
});

test('no codex: exit 127 and the command that installs it', async () => {
  const place = await testPlace();
  const run = await runLauncher(place, ['--provider', 'demo', 'exec', 'hi'], {
    environment: { CODEX_GLM_CODEX_PATH: '/nowhere/codex' },
  });
  expect(run).toMatchObject({ status: 127, stdout: '' });
  expect(run.stderr).toContain('/nowhere/codex');
});

const refusal = (
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): ProviderStep => ({
  status,
  headers,
  body: { error: { code, message } },
});

test.each<[string, ProviderStep, RegExp, number]>([
  ['401', refusal(401, '1000', 'Authentication Failed'), /401.*Authentication Failed/, 1],
  [
    '429 without balance',
    refusal(429, '1113', 'Insufficient balance, please recharge'),
    /Insufficient balance, please recharge/,
    1,
  ],
  ['429 with a used-up plan', refusal(429, '1310', 'Weekly limit exhausted'), /Weekly limit exhausted/, 1],
  [
    '429 rate limit',
    refusal(429, '1302', 'High concurrency usage', { 'retry-after': '1' }),
    /High concurrency usage/,
    4,
  ],
  ['429 overload', refusal(429, '1305', 'The service may be overloaded'), /may be overloaded.*some minutes/, 4],
  ['500', refusal(500, '1230', 'Calling the API failed'), /Calling the API failed/, 4],
  ['403', refusal(403, '1220', 'You do not have permission'), /You do not have permission/, 1],
  ['404', refusal(404, '1222', 'The API does not exist'), /The API does not exist.*base URL/, 1],
  ['a content filter', refusal(400, '1301', 'Unsafe or sensitive content'), /sensitive content.*content policy/, 1],
  ['400', refusal(400, '1213', 'A parameter was not received'), /A parameter was not received/, 1],
  [
    'an unknown model',
    refusal(400, '1211', 'Unknown Model'),
    /Unknown Model.*Known ones: glm-5\.2, glm-5\.3-flash, /,
    1,
  ],
  ['HTML', { status: 200, body: '<html><head><title>Sign in to Wi-Fi</title></head></html>' }, /Sign in to Wi-Fi/, 1],
  [
    'HTML with an error status',
    { status: 405, body: '<html><head><title>Blocked by WAF</title></head></html>' },
    /Blocked by WAF/,
    1,
  ],
])(
  "%s: one clear line in the provider's own words, exit 1, as few requests as it needs",
  async (_, step, words, requests) => {
    const place = await testPlace();
    const provider = await startStrictProvider(() => step);
    const run = await runLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'hi'], {
      environment,
      deadlineMs: 60_000,
    });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    const lines = errorLines(run.stderr);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(words);
    expect(run.stderr).not.toContain(environment.ZAI_API_KEY);
    expect(provider.requests).toHaveLength(requests);
    expect(await leftProcesses(place)).toEqual([]);
  },
);

test('an overflow is told as such, and not retried', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(() => refusal(400, '1261', 'Prompt exceeds max length'));
  const run = await runLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'hi'], {
    environment,
  });
  expect(run.status).toBe(1);
  expect(errorLines(run.stderr)[0]).toContain('context window');
  expect(provider.requests).toHaveLength(1);
});

test('an unreachable provider: one clear line with the address', async () => {
  const place = await testPlace();
  const port = await freePort();
  const started = Date.now();
  const run = await runLauncher(place, ['--provider', 'zai', '--base-url', `http://127.0.0.1:${port}`, 'exec', 'hi'], {
    environment,
    deadlineMs: 60_000,
  });
  expect(run.status).toBe(1);
  expect(errorLines(run.stderr)).toHaveLength(1);
  expect(errorLines(run.stderr)[0]).toContain(`127.0.0.1:${port}`);
  expect(Date.now() - started).toBeLessThan(60_000);
  expect(await leftProcesses(place)).toEqual([]);
});
