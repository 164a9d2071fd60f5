import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { launcherPath } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { repositoryRoot, testPlace, type TestPlace } from '../helpers/test-place.ts';

const script = join(repositoryRoot, 'bin/action.mjs');
const key = 'canary-key.of-the-action';

interface ActionRun {
  status: number | null;
  log: string;
  outputs: Record<string, string>;
}

/** Runs the action's script as its step does: inputs by environment, both commands already installed. */
async function runAction(place: TestPlace, inputs: Record<string, string>): Promise<ActionRun> {
  const programs = join(place.userHome, 'programs');
  await mkdir(programs, { recursive: true });
  await chmod(launcherPath, 0o755);
  await symlink(launcherPath, join(programs, 'codex-glm')).catch(() => undefined);
  const outputFile = join(place.userHome, 'output');
  await writeFile(outputFile, '');
  const child = spawn(process.execPath, [script], {
    cwd: place.workFolder,
    env: {
      ...place.environment,
      PATH: [programs, place.environment['PATH']].join(delimiter),
      GITHUB_OUTPUT: outputFile,
      ...inputs,
    },
    // a runner's standard input never ends
    stdio: 'pipe',
    timeout: 45_000,
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const text = await readFile(outputFile, 'utf8');
  const outputs = [...text.matchAll(/^([\w-]+)<<(\S+)\n([^]*?)\n\2$/gm)].map(([, name, , value]) => [name, value]);
  return { status, log, outputs: Object.fromEntries(outputs) };
}

test('a prompt gives final message, exit status and usage; the key is nowhere in the log', async () => {
  const place = await testPlace();
  const prompt = '--look "at" $(this) `and`\nmore';
  const provider = await startStrictProvider([{ text: 'Line one.\nLine two.' }]);
  const run = await runAction(place, {
    INPUT_PROMPT: prompt,
    CODEX_GLM_API_KEY: key,
    CODEX_GLM_PROVIDER: 'zai',
    CODEX_GLM_BASE_URL: provider.baseUrl,
  });
  expect(run.status).toBe(0);
  expect(run.outputs).toMatchObject({ 'final-message': 'Line one.\nLine two.', 'exit-status': '0' });
  expect(JSON.parse(run.outputs['usage'] ?? '')).toBeTypeOf('object');
  expect(JSON.stringify(provider.requests[0]?.body.messages)).toContain(JSON.stringify(prompt).slice(1, -1));
  expect(provider.requests[0]?.authorization).toBe(`Bearer ${key}`);
  expect(run.log + JSON.stringify(run.outputs)).not.toContain(key);
  expect(run.log).toContain('sandbox: read-only');
});

test('a prompt from a file, in a folder, with a sandbox', async () => {
  const place = await testPlace();
  await mkdir(join(place.workFolder, 'sub'));
  await writeFile(join(place.workFolder, 'prompt.md'), 'Create hello.js that prints hello\n');
  const run = await runAction(place, {
    INPUT_PROMPT_FILE: 'prompt.md',
    INPUT_SANDBOX: 'workspace-write',
    INPUT_WORKING_DIRECTORY: 'sub',
    CODEX_GLM_PROVIDER: 'demo',
  });
  expect(run).toMatchObject({ status: 0, outputs: { 'exit-status': '0' } });
  expect(await readFile(join(place.workFolder, 'sub/hello.js'), 'utf8')).toContain('hello');
});

test('a prompt file may be longer than an argument', async () => {
  const place = await testPlace();
  const prompt = `${'0123456789abcde\n'.repeat(20_000)}the end`;
  await writeFile(join(place.workFolder, 'prompt.md'), prompt);
  const provider = await startStrictProvider([{ text: 'Read.' }]);
  const run = await runAction(place, {
    INPUT_PROMPT_FILE: 'prompt.md',
    CODEX_GLM_API_KEY: key,
    CODEX_GLM_PROVIDER: 'zai',
    CODEX_GLM_BASE_URL: provider.baseUrl,
  });
  expect(run).toMatchObject({ status: 0, outputs: { 'final-message': 'Read.' } });
  expect(JSON.stringify(provider.requests[0]?.body.messages)).toContain(JSON.stringify(prompt).slice(1, -1));
});

test('a failed turn fails the step, with its outputs written', async () => {
  const place = await testPlace();
  const body = { error: { code: '1000', message: 'bad key' } };
  const provider = await startStrictProvider(() => ({ status: 401, body }));
  const run = await runAction(place, {
    INPUT_PROMPT: 'hi',
    CODEX_GLM_API_KEY: key,
    CODEX_GLM_PROVIDER: 'zai',
    CODEX_GLM_BASE_URL: provider.baseUrl,
  });
  expect(run).toMatchObject({ status: 1, outputs: { 'exit-status': '1', 'final-message': '' } });
  expect(run.log).toContain('bad key');
});

test.each([
  ['no prompt', { CODEX_GLM_PROVIDER: 'demo' }, /::error.*no prompt/],
  ['no key', { INPUT_PROMPT: 'hi', CODEX_GLM_PROVIDER: 'zai' }, /::error.*no API key/],
])('%s is told and fails', async (_, inputs, words) => {
  const run = await runAction(await testPlace(), inputs);
  expect(run).toMatchObject({ status: 2, log: expect.stringMatching(words), outputs: {} });
});

// The real npm would need the network, and would install what is under test over it.
test.each([
  ['installs both', 0, { status: 0, outputs: { 'exit-status': '0' } }],
  [
    'fails',
    1,
    { status: 2, outputs: {}, log: expect.stringMatching(/::error.*npm could not install codex-glm@1\.2\.3/) },
  ],
])('npm %s, at the versions that were asked for', async (_, npmStatus, expected) => {
  const place = await testPlace();
  const programs = join(place.userHome, 'programs');
  await mkdir(programs);
  await writeFile(join(programs, 'npm'), `#!/bin/sh\necho "npm $*"\nexit ${npmStatus}\n`, { mode: 0o755 });
  const run = await runAction(place, {
    INPUT_PROMPT: 'hi',
    INPUT_CODEX_GLM_VERSION: '1.2.3',
    ...(npmStatus === 0 && { INPUT_CODEX_VERSION: 'latest' }),
    CODEX_GLM_PROVIDER: 'demo',
  });
  expect(run).toMatchObject(expected);
  const packages = npmStatus === 0 ? '@openai/codex@latest codex-glm@1.2.3' : 'codex-glm@1.2.3';
  expect(run.log).toContain(`npm install --global --no-audit --no-fund ${packages}\n`);
});
