import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { folderContents } from '../helpers/folder-contents.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startSimulatedGlm, type SimulatedAccount } from '../helpers/simulated-glm.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { repositoryRoot, testPlace, type TestPlace } from '../helpers/test-place.ts';

const key = 'canary-id.canary-secret';

async function withGlm(account: SimulatedAccount, own = ''): Promise<TestPlace> {
  const place = await testPlace();
  const glm = await startSimulatedGlm({ [key]: account });
  await mkdir(place.glmHome, { recursive: true });
  await writeFile(join(place.glmHome, 'config.toml'), `${own}${glm.settings}`);
  return place;
}

const plan = { region: 'zai', kind: 'plan' } as const;

test('setup without questions: the key from standard input, tried and kept', async () => {
  const place = await withGlm(plan);
  const run = await runLauncher(place, ['setup', '--yes', '--provider', 'zai-coding', '--key-stdin'], {
    input: `${key}\n`,
  });
  expect(run).toMatchObject({ status: 0, stdout: '' });
  expect(run.stderr).toBe(`codex-glm: saved in ${join(place.glmHome, 'config.toml')}\n`);
  const next = await runLauncher(place, ['exec', 'hello', '--skip-git-repo-check']);
  expect(next).toMatchObject({ status: 0, stdout: expect.stringContaining('codex-glm demo') as string });
});

test('setup without questions refuses a key of another endpoint, names the right one, and writes nothing', async () => {
  const place = await withGlm(plan);
  const before = await folderContents(place.glmHome);
  const run = await runLauncher(place, ['setup', '--yes', '--provider', 'zai', '--key-stdin'], { input: key });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('It fits Z.ai Coding Plan: --provider zai-coding');
  expect(await folderContents(place.glmHome)).toEqual(before);
});

test.each<[string, string[], string, RegExp]>([
  [
    'a model that is not there',
    ['--provider', 'zai-coding', '--model', 'glm-9'],
    key,
    /The trial failed\. Z\.ai Coding Plan: answered 400 \(code 1211\)/,
  ],
  ['a server without address', ['--provider', 'openai-compatible'], key, /is missing\.\n {2}Name it: --base-url/],
  ['two words for a key', ['--provider', 'zai-coding'], 'a b', /A key has no blanks/],
  ['nothing for a key', ['--provider', 'zai-coding'], '\n', /Nothing came in/],
  ['a key of nobody', ['--provider', 'zai-coding'], 'no.body', /The trial failed\. Z\.ai Coding Plan: answered 401/],
])('setup without questions refuses %s and writes nothing', async (_, args, input, words) => {
  const place = await withGlm(plan);
  const before = await folderContents(place.glmHome);
  const run = await runLauncher(place, ['setup', '--yes', ...args, '--key-stdin'], { input });
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(words);
  expect(await folderContents(place.glmHome)).toEqual(before);
});

test('setup without a terminal says how it can be done', async () => {
  const run = await runLauncher(await testPlace(), ['setup']);
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('--yes');
});

test('config set, print and path', async () => {
  const place = await withGlm(plan);
  const file = join(place.glmHome, 'config.toml');
  expect((await runLauncher(place, ['config', 'path'])).stdout).toBe(`${file}\n`);
  expect((await runLauncher(place, ['config', 'set', 'provider', 'zai-coding'])).status).toBe(0);
  const environment = { ZAI_API_KEY: key, CODEX_GLM_QUIET: '1' };
  const { stdout, status } = await runLauncher(place, ['--base-url', 'http://127.0.0.1:9', 'config', 'print'], {
    environment,
  });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^in use +zai-coding +Z\.ai Coding Plan$/m);
  expect(stdout).toMatch(/^key +\(set\) +ZAI_API_KEY$/m);
  expect(stdout).toMatch(/^base_url +http:\/\/127\.0\.0\.1:9 +--base-url$/m);
  expect(stdout).toMatch(/^quiet +true +CODEX_GLM_QUIET$/m);
  expect(stdout).toMatch(/^images +note +default$/m);
  expect(stdout).toMatch(/^model +glm-5\.3 +default of zai-coding$/m);
  expect(stdout).toMatch(/^providers\.zai\.base_url +http:\/\/127\S+ +\/\S+config\.toml$/m);
  expect(stdout).not.toContain('canary');
});

test('config edit opens the editor and checks what was written', async () => {
  const place = await testPlace();
  const editor = join(place.userHome, 'editor.mjs');
  await writeFile(editor, "import { appendFileSync } from 'node:fs'; appendFileSync(process.argv[2], 'modle = 1\\n');");
  const run = await runLauncher(place, ['config', 'edit'], { environment: { EDITOR: `node ${editor}` } });
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/config\.toml: "modle" is no setting/);
});

test('config codex prints what the real codex takes under --strict-config', async () => {
  const place = await testPlace();
  const environment = { ZAI_API_KEY: key };
  const { stdout, status } = await runLauncher(place, ['config', 'codex'], { environment });
  expect(status).toBe(0);
  expect(stdout).toContain('base_url = "http://127.0.0.1:18765/v1"');
  const provider = await startStrictProvider([{ text: 'Hello from the proxy.' }]);
  const { startProxy } = await import('../../src/proxy/server.ts');
  await using proxy = await closing(startProxy({ provider: 'zai-coding', baseUrl: provider.baseUrl, token: false }));
  const codexHome = join(place.userHome, 'codex');
  await mkdir(codexHome);
  await writeFile(join(codexHome, 'config.toml'), stdout.replace('http://127.0.0.1:18765/v1', proxy.url));
  const codex = join(repositoryRoot, 'node_modules/.bin/codex');
  const run = promisify(execFile)(codex, ['exec', '--strict-config', 'hello'], {
    cwd: place.workFolder,
    env: { ...place.environment, CODEX_HOME: codexHome },
    timeout: 40_000,
  });
  run.child.stdin?.end();
  const ended = await run;
  expect(ended.stdout).toContain('Hello from the proxy.');
  expect(ended.stderr).not.toMatch(/warn|metadata/i);
});

// A binary without a package tells its version itself, and the real one that is installed says its own only: a fake says
// others. What the real ones of those versions make of the catalog is in test/versions.
test.each([
  ['config codex', '0.137.0', 'xhigh'],
  ['config codex', '0.169.0', 'max'],
  ['serve --port 0', '0.137.0', 'xhigh'],
])('%s, codex %s outside of npm: the catalog says %s', async (command, version, strongest) => {
  const place = await testPlace();
  const codex = join(place.userHome, 'codex-of-its-own');
  await writeFile(codex, `#!/bin/sh\n[ "$1" = --version ] && echo "codex-cli ${version}"\n`);
  await chmod(codex, 0o755);
  // it ends at once, after the catalog was written for it
  await runLauncher(place, command.split(' '), { environment: { ZAI_API_KEY: key, CODEX_GLM_CODEX_PATH: codex } });
  const folder = join(place.glmHome, 'catalogs');
  const [file = '', ...others] = await readdir(folder);
  expect(others).toEqual([]);
  const { models } = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
    models: { default_reasoning_level: string }[];
  };
  expect(models[0]?.default_reasoning_level).toBe(strongest);
});

async function closing<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T & AsyncDisposable> {
  const opened = await opening;
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
}

test('models lists what the server names, merged with the catalog, and keeps the list', async () => {
  const place = await withGlm(plan, 'provider = "zai-coding"\n');
  const environment = { ZAI_API_KEY: key };
  const { stdout } = await runLauncher(place, ['models'], { environment });
  expect(stdout).toMatch(/^Z\.ai Coding Plan \(zai-coding\)$/m);
  expect(stdout).toMatch(/^ {2}glm-5\.3 +1M +128K +text +low high max .* main$/m);
  expect(stdout).toMatch(/^ {2}glm-5\.4 /m);
  const stored: unknown = JSON.parse(await readFile(join(place.glmHome, 'models/zai-coding.json'), 'utf8'));
  expect(stored).toMatchObject({ ids: ['glm-5.3', 'glm-5.3-flash', 'glm-5.4'] });
  const json: unknown = JSON.parse((await runLauncher(place, ['models', '--json'], { environment })).stdout);
  expect(json).toMatchObject([{ id: 'zai-coding', mainModel: 'glm-5.3' }]);
});

test('check: everything in order', async () => {
  const place = await withGlm(plan, 'provider = "zai-coding"\n');
  const run = await runLauncher(place, ['check'], { environment: { ZAI_API_KEY: key } });
  expect(run.status).toBe(0);
  for (const line of [
    /✓ codex: \d+\.\d+\.\d+ at /,
    /✓ folder: /,
    /✓ settings: /,
    /✓ network: no proxy/,
    /✓ key: from ZAI_API_KEY/,
    /✓ provider: .*Z\.ai Coding Plan: answers \(glm-5\.3\), calls tools/,
  ]) {
    expect(run.stdout).toMatch(line);
  }
  expect(run.stdout).not.toContain('canary');
});

test('check: a key of another endpoint, named with the command that mends it', async () => {
  const place = await withGlm(plan, 'provider = "zai"\n');
  const run = await runLauncher(place, ['check', '--json'], { environment: { ZAI_API_KEY: key } });
  expect(run.status).toBe(1);
  const results = JSON.parse(run.stdout) as { name: string; state: string; fix?: string }[];
  expect(results.find(({ name }) => name === 'provider')).toMatchObject({
    state: 'fail',
    fix: 'The key fits Z.ai Coding Plan: codex-glm config set provider zai-coding',
  });
});

test('check: broken settings and a missing key are results, not crashes', async () => {
  const place = await testPlace();
  await mkdir(place.glmHome, { recursive: true });
  await writeFile(join(place.glmHome, 'config.toml'), 'modle = 1\n');
  const broken = await runLauncher(place, ['check']);
  expect(broken.status).toBe(1);
  expect(broken.stdout).toMatch(/✗ settings: .*"modle" is no setting/);
  await writeFile(join(place.glmHome, 'config.toml'), '');
  expect((await runLauncher(place, ['check'])).stdout).toMatch(
    /✗ key: There is no API key\.\n +→ Run codex-glm setup, or set GLM_API_KEY/,
  );
});

test.each<[string, Record<string, string>, string, RegExp]>([
  ['codex is missing', { CODEX_GLM_CODEX_PATH: '/nowhere/codex' }, 'codex', /→ /],
  [
    'codex is no codex',
    { CODEX_GLM_CODEX_PATH: '/bin/true' },
    'codex',
    /→ Install it anew: npm install -g @openai\/codex/,
  ],
  ['the folder is a file', { CODEX_GLM_HOME: '/etc/hostname' }, 'folder', /→ Move it away, or name another folder/],
  ['the proxy cannot be used', { HTTPS_PROXY: 'ftp://x' }, 'network', /→ Write it like http:\/\/host:port/],
  ['the certificate is none', { CODEX_GLM_CA_FILE: '/etc/hostname' }, 'key', /→ Correct network\.ca_file/],
  ['nobody answers', { CODEX_GLM_BASE_URL: 'http://127.0.0.1:1' }, 'provider', /→ /],
])('check: %s', async (_, environment, name, fix) => {
  const place = await withGlm(plan, 'provider = "zai-coding"\n');
  const run = await runLauncher(place, ['check'], { environment: { ZAI_API_KEY: key, ...environment } });
  expect(run).toMatchObject({ status: 1, stderr: '' });
  const failed = run.stdout.split(/^(?=[✓✗!] )/m).filter((each) => each.startsWith('✗'));
  const about = failed.find((each) => each.startsWith(`✗ ${name}: `));
  expect(about, run.stdout).toMatch(fix);
  // each is told with a way to mend it
  for (const each of failed) expect(each).toContain('→ ');
  expect(run.stdout).not.toContain('canary');
});

test('check: an endpoint that does not call tools is a warning', async () => {
  const place = await testPlace();
  // it answers everything with the same words
  const { startDemoServer } = await import('../../src/demo/server.ts');
  const server = await startDemoServer();
  onTestFinished(() => server.close());
  const args = ['--provider', 'openai-compatible', '--base-url', server.baseUrl, 'check', '--json'];
  const run = await runLauncher(place, args);
  expect(run.status).toBe(0);
  expect(JSON.parse(run.stdout)).toContainEqual(
    expect.objectContaining({ name: 'provider', state: 'warn', fix: expect.stringContaining('codex-glm models') }),
  );
});

test('models and usage tell what they know without a key', async () => {
  const place = await testPlace();
  const models = await runLauncher(place, ['--provider', 'deepseek', 'models']);
  expect(models).toMatchObject({ status: 0, stdout: expect.stringMatching(/deepseek-v4-pro/) });
  expect(models.stderr).toMatch(/what the catalog knows; the server is not asked\. There is no API key for DeepSeek/);
  const usage = await runLauncher(place, ['usage']);
  expect(usage).toMatchObject({ status: 0, stdout: 'No runs are recorded yet.\n' });
  expect(usage.stderr).toMatch(/the plan's quota is not known: There is no API key/);
});

test('usage: what is left of the plan, and what the last runs used', async () => {
  const place = await withGlm(plan, 'provider = "zai-coding"\n');
  const environment = { ZAI_API_KEY: key };
  const file = join(place.tempFolder, 'usage.json');
  await runLauncher(place, ['--usage-json', file, 'exec', 'hello'], { environment });
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    provider: 'zai-coding',
    models: ['glm-5.3'],
    turns: 1,
  });
  const { stdout, status } = await runLauncher(place, ['usage'], { environment });
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /Z\.ai Coding Plan, plan pro\n {2}5 hours \(credits\) +25 % used \(3000 of 12000\) +resets 2026-/,
  );
  expect(stdout).toMatch(/zai-coding +glm-5\.3 +1 /);
});

test('an exec says nothing of its own', async () => {
  const place = await testPlace();
  const run = await runLauncher(place, ['--provider', 'demo', 'exec', 'hello']);
  expect(run.stderr).not.toContain('codex-glm:');
});

test('a prompt that begins like a command of ours is a prompt', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'Checked.' }]);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'check', '--skip-git-repo-check'];
  expect((await runLauncher(place, args)).stdout).toContain('Checked.');
});

test('the key is in no sink, wherever it is kept', async () => {
  const place = await withGlm(plan, 'provider = "zai-coding"\n');
  const script = join(place.userHome, 'give-key.sh');
  await writeFile(script, `#!/bin/sh\necho ${key}\n`);
  await chmod(script, 0o700);
  const texts: string[] = [];
  const collect = async (args: string[], environment: Record<string, string> = {}) => {
    const run = await runLauncher(place, args, { environment });
    texts.push(run.stdout, run.stderr);
  };
  // kept in the file
  await runLauncher(place, ['setup', '--yes', '--provider', 'zai-coding', '--key-stdin'], { input: key });
  for (const args of [['config', 'print'], ['check'], ['models'], ['usage'], ['config', 'codex'], ['exec', 'hello']])
    await collect(args);
  // a command, and failures of all kinds
  await collect(['config', 'set', 'providers.zai-coding.key_command', script]);
  for (const args of [
    ['config', 'print'],
    ['check', '--json'],
    ['exec', 'hello'],
    ['--provider', 'zai', 'exec', 'x'],
  ])
    await collect(args);
  await collect(['--provider', 'bigmodel', 'exec', 'x'], { CODEX_GLM_API_KEY: key });
  await collect(['--provider', 'zai', 'check'], { CODEX_GLM_API_KEY: `${key} broken` });
  await collect(['--base-url', `http://${key}@host/`, 'exec', 'x']);
  expect(texts.join('\n')).not.toContain('canary-secret');
  const { 'credentials.toml': credentials, ...others } = await folderContents(place.glmHome);
  expect(credentials).toContain(key);
  expect(JSON.stringify(others)).not.toContain('canary-secret');
}, 120_000);
