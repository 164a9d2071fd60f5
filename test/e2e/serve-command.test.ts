import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, parse } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startProxy } from '../../src/proxy/server.ts';
import { within } from '../helpers/deadline.ts';
import { leftProcesses, processesOf } from '../helpers/processes.ts';
import { launcherPath, runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider, type Script } from '../helpers/strict-provider.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const echo: Script = (request) => {
  const last = request.messages.findLast(({ role }) => role === 'user')?.content;
  return { text: `You said: ${typeof last === 'string' ? last : 'something'}` };
};

interface ServeProcess {
  url: string;
  stderr: () => string;
  /** Resolves with the exit status. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** `codex-glm serve` as a user starts it, once it listens. */
async function serve(
  place: TestPlace,
  args: readonly string[],
  environment: Record<string, string>,
): Promise<ServeProcess> {
  const child: ChildProcess = spawn(process.execPath, [launcherPath, ...args, 'serve', '--port', '0'], {
    cwd: place.workFolder,
    env: { ...place.environment, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let stderr = '';
  const listening = new Promise<string>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      const [, found] = /chat server on (\S+) .*\n/.exec(stderr) ?? [];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(stderr)));
  });
  const url = await within(20_000, 'the server listens', listening);
  return {
    url,
    stderr: () => stderr,
    end(signal) {
      child.kill(signal);
      return within(20_000, 'the server ends', ended);
    },
  };
}

/** A chat request by curl, as in the documentation. */
async function curl(url: string, key: string, body: unknown): Promise<string> {
  const args = ['-sS', '--max-time', '20', `${url}/chat/completions`, '-H', `Authorization: Bearer ${key}`];
  const json = ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
  return (await promisify(execFile)('curl', [...args, ...json])).stdout;
}

/** A message in one session. */
function say(content: string) {
  return { session_id: 's', messages: [{ role: 'user', content }] };
}

test('curl talks to it, a restart continues the session with the key that was shown once, and nothing is left', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl];
  const environment = { ZAI_API_KEY: 'a.b' };

  const first = await serve(place, args, environment);
  const key = /shown this one time: (\S+)/.exec(first.stderr())?.[1] ?? '';
  expect(await curl(first.url, key, say('one'))).toContain('"content":"You said: one"');
  expect(await curl(first.url, 'wrong', say('one'))).toContain('"code":"invalid_api_key"');
  expect(await first.end('SIGTERM')).toBe(143);
  expect(await leftProcesses(place)).toEqual([]);

  const second = await serve(place, args, environment);
  expect(second.stderr()).not.toContain(key);
  const streamed = await curl(second.url, key, { ...say('two'), stream: true });
  expect(streamed).toContain('"content":"You said: ');
  expect(streamed.trimEnd()).toMatch(/data: \[DONE\]$/);
  const texts = provider.requests[1]?.body.messages.map(({ content }) => content);
  expect(texts).toEqual(expect.arrayContaining(['one', 'You said: one', 'two']));
  expect(await second.end('SIGINT')).toBe(0);
  expect(await leftProcesses(place)).toEqual([]);
});

test('`serve install` shows a key that the service takes, and uninstall removes the unit', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl];
  const install = ['serve', 'install', '--systemd', '--sandbox', 'workspace-write', '--workdir', place.workFolder];
  const installed = await runLauncher(place, [...args, ...install]);
  expect(installed).toMatchObject({ status: 0, stdout: expect.stringContaining('enable --now codex-glm-serve') });
  const key = /shown this one time: (\S+)/.exec(installed.stderr)?.[1] ?? '';
  const file = join(place.userHome, '.config/systemd/user/codex-glm-serve.service');
  const unit = readFileSync(file, 'utf8');
  expect(unit).toContain(` --provider zai --base-url ${provider.baseUrl} serve --sandbox workspace-write --workdir `);
  expect(unit).toMatch(new RegExp(`^ReadWritePaths=${place.glmHome} ${place.workFolder}$`, 'm'));
  expect(unit).not.toContain(key);

  const server = await serve(place, args, { ZAI_API_KEY: 'a.b' });
  expect(server.stderr()).not.toContain('shown this one time');
  expect(await curl(server.url, key, say('one'))).toContain('"content":"You said: one"');
  // a second installation keeps the key
  expect((await runLauncher(place, [...args, ...install])).stderr).toBe('');
  expect((await runLauncher(place, ['serve', 'uninstall', '--systemd'])).status).toBe(0);
  expect(existsSync(file)).toBe(false);
});

test('behind a proxy, as in compose.yaml, it needs no key of the provider', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  const apiKey = 'of.provider';
  const proxy = await startProxy({ provider: 'zai-coding', baseUrl: provider.baseUrl, apiKey, token: 'of-client' });
  onTestFinished(() => proxy.close());
  const environment = { GLM_API_KEY: 'of-client', CODEX_BRIDGE_API_KEY: 'of-server' };
  const server = await serve(place, ['--base-url', proxy.url], environment);
  expect(await curl(server.url, 'of-server', say('one'))).toContain('"content":"You said: one"');
  expect(provider.requests[0]?.authorization).toBe('Bearer of.provider');
});

test.each([
  [['proxy', 'frobnicate'], /no command "frobnicate"/],
  [['serve', '--nope'], /Unknown option '--nope'/],
])('%j is a mistake, not a prompt for codex', async (args, message) => {
  const run = await runLauncher(await testPlace(), args);
  expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) });
});

test('neither the key of the server nor that of the provider is in the environment of codex', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  const environment = { ZAI_API_KEY: 'canary.of-provider', CODEX_BRIDGE_API_KEY: 'canary-of-server' };
  const server = await serve(place, ['--provider', 'zai', '--base-url', provider.baseUrl], environment);
  const codex = (await processesOf(place)).filter(({ command }) => command.includes('app-server'));
  expect(codex).toHaveLength(1);
  const environ = readFileSync(`/proc/${codex[0]?.pid}/environ`, 'utf8');
  expect(environ).toContain('CODEX_HOME=');
  expect(environ).not.toContain('canary');
  expect(server.stderr()).not.toContain('canary');
});

test('a port in use is said without a stack, and no key is lost by it', async () => {
  const place = await testPlace();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const run = await runLauncher(place, ['--provider', 'demo', 'serve', '--port', String(port)]);
  expect(run).toMatchObject({ status: 2, stderr: expect.stringMatching(/cannot listen on 127\.0\.0\.1[^]*--port/) });
  expect(run.stderr).not.toMatch(/\n\s+at /);
  expect(existsSync(join(place.glmHome, 'serve-key.sha256'))).toBe(false);
});

test('a codex home whose config.toml is broken is said at the start, with the place', async () => {
  const place = await testPlace();
  const home = join(place.userHome, 'codex');
  mkdirSync(home);
  writeFileSync(join(home, 'config.toml'), 'model = [');
  const run = await runLauncher(place, ['serve', '--port', '0', '--codex-home', home]);
  expect(run).toMatchObject({ status: 1, stderr: expect.stringMatching(/config\.toml:1:/) });
  expect(run.stderr).not.toMatch(/bug|\n\s+at /);
});

test('CODEX_SKIP_GIT_CHECK=false: a folder that is in no repository is refused, as in CodexBridge', async () => {
  const place = await testPlace();
  const workdir = parse(place.workFolder).root;
  const run = await runLauncher(place, ['--provider', 'demo', 'serve', '--workdir', workdir], {
    environment: { CODEX_SKIP_GIT_CHECK: 'false' },
  });
  expect(run).toMatchObject({ status: 2, stderr: expect.stringContaining('is not inside of a git repository') });
});

test.each([
  [['--sandbox', 'open'], /--sandbox must be read-only/],
  [['--port', '99999'], /--port must be a port/],
  [['--codex-home', '/nowhere/at/all'], /no codex home at/],
  [['--codex-home', process.execPath], /no codex home at/],
  [['--workdir', '/nowhere/at/all'], /no folder/],
])('serve %j says what is wrong and ends', async (options, message) => {
  const run = await runLauncher(await testPlace(), ['--provider', 'demo', 'serve', ...options]);
  expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) });
});

test('a second server on the same sessions is refused before anything of it starts, and the first one goes on', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl];
  const environment = { ZAI_API_KEY: 'a.b', CODEX_BRIDGE_API_KEY: 'k' };
  const first = await serve(place, args, environment);
  const second = await runLauncher(place, [...args, 'serve', '--port', '0', '--new-key'], { environment });
  expect(second).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/Another server, process \d+, has the sessions in .*CODEX_GLM_SERVE_STATE/s),
  });
  expect(await curl(first.url, 'k', say('one'))).toContain('"content":"You said: one"');
  // with a folder of its own it may
  const other = await serve(place, args, { ...environment, CODEX_GLM_SERVE_STATE: join(place.tempFolder, 'other') });
  expect(await curl(other.url, 'k', say('two'))).toContain('"content":"You said: two"');
  expect(provider.requests[1]?.body.messages.map(({ content }) => content)).not.toContain('one');
  expect(await first.end('SIGKILL')).toBe(null);
  const third = await serve(place, args, environment);
  expect(await curl(third.url, 'k', say('three'))).toContain('"content":"You said: three"');
  expect(provider.requests[2]?.body.messages.map(({ content }) => content)).toContain('one');
});

test('a server that is killed in the middle of a turn leaves nothing: codex and its shell commands end', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider((_, index) =>
    index === 0 ? { calls: [{ name: 'exec_command', arguments: { cmd: 'sleep 86', login: false } }] } : { text: 'ok' },
  );
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl];
  const environment = { ZAI_API_KEY: 'a.b', CODEX_BRIDGE_API_KEY: 'k' };
  const first = await serve(place, args, environment);
  const asked = curl(first.url, 'k', say('one')).catch(() => 'cut');
  const sleeping = async () => (await processesOf(place)).some(({ command }) => command === 'sleep 86');
  await expect.poll(sleeping, { timeout: 10_000, interval: 20 }).toBe(true);
  await first.end('SIGKILL');
  expect(await asked).toBe('cut');
  // codex ends with its stdin; what it had started is found by the next start at the latest
  const second = await serve(place, args, environment);
  await expect.poll(sleeping, { timeout: 10_000, interval: 20 }).toBe(false);
  expect(await second.end('SIGTERM')).toBe(143);
  expect(await leftProcesses(place)).toEqual([]);
});
