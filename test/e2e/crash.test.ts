/** Errors that nobody foresaw: what is told of them, and in what order everything ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { signalOf, within } from '../helpers/deadline.ts';
import { folderContents } from '../helpers/folder-contents.ts';
import { leftProcesses, processesOf } from '../helpers/processes.ts';
import { openTerminal } from '../helpers/pty.ts';
import { launcherPath, runLauncher } from '../helpers/run-launcher.ts';
import { delta, finish, frame, startScriptedUpstream } from '../helpers/scripted-upstream.ts';
import { slowCommandProvider } from '../helpers/shell-command-run.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const key = '0123456789abcdef0123456789abcdef.CanarySecret1234';
const half = 'CanarySecret1234';

/** The key is in a file, and in no variable that looks like one: only who uses it knows it. */
async function crashingPlace(kind = 'exception'): Promise<TestPlace> {
  const place = await testPlace();
  mkdirSync(place.glmHome, { recursive: true });
  writeFileSync(join(place.glmHome, 'credentials.toml'), `zai = "${key}"\n`, { mode: 0o600 });
  const preload = join(import.meta.dirname, '../helpers/crash-on-signal.cjs');
  // node's own reports of crashes hold the whole environment
  const reports = `--report-uncaught-exception --report-directory=${place.tempFolder}`;
  const environment = {
    NODE_OPTIONS: `--require ${preload} ${reports}`,
    CRASH_WORDS: `Bearer ${key}`,
    CRASH_KIND: kind,
  };
  return { ...place, environment: { ...place.environment, ...environment } };
}

const words =
  /codex-glm: internal error: Bearer \[key\] is no header\n {2}This is a bug\. Please report it .*`codex-glm check`.* \[INTERNAL\]\n {2}TypeError: Bearer \[key\] is no header\n {6}at /;

function expectCrash(printed: string): void {
  expect(printed).toMatch(words);
  expect(printed).not.toContain(half);
  expect(printed).not.toContain('Node.js v');
}

test.each(['exception', 'rejection'])(
  'an uncaught %s ends codex and its commands in order, and is told without the key',
  async (kind) => {
    const place = await crashingPlace(kind);
    const provider = await slowCommandProvider();
    const flags = ['--provider', 'zai', '--base-url', provider.baseUrl];
    let isWaiting = false;
    const run = await runLauncher(place, [...flags, 'exec', '--json', 'sleep for me'], {
      onOutput: (text, send) => {
        if (isWaiting || !text.includes('"in_progress"')) return;
        isWaiting = true;
        void expect
          .poll(() => commandsOf(place), { timeout: 20_000 })
          .toContain('sleep 300')
          .finally(() => send('SIGUSR2'));
      },
    });
    expect(run.status, run.stderr).toBe(70);
    expectCrash(run.stderr);
    expect(await leftProcesses(place)).toEqual([]);
    const files = { ...(await folderContents(place.tempFolder)), ...(await folderContents(place.glmHome)) };
    for (const [name, text] of Object.entries(files))
      if (name !== 'credentials.toml') expect(text.includes(half), name).toBe(false);
    expect(Object.keys(files).filter((name) => name.startsWith('run/'))).toEqual([]);
  },
);

test('a crash under a TUI gives the terminal back, with the words on it', async () => {
  const place = await crashingPlace();
  const shell = openTerminal(place, '/bin/bash', ['--norc', '--noprofile', '-i']);
  await shell.waitFor(/\$/);
  shell.type(`node ${launcherPath} --provider zai --base-url http://127.0.0.1:9/v1\r`);
  await shell.waitFor(/Trust this folder/);
  expect(shell.modes().hiddenCursor || shell.modes().bracketedPaste).toBe(true);
  const launcher = (await processesOf(place)).find(({ command }) => /^\S*node .*codex-glm\.js/.test(command));
  process.kill(launcher?.pid ?? 0, 'SIGUSR2');
  const screen = await shell.waitFor(/\[INTERNAL\][^]*^\$$/m);
  expect(screen).toContain('internal error: Bearer [key] is no header');
  expect(screen).not.toContain(half);
  expect(shell.modes()).toMatchObject({ alternateScreen: false, focusReports: false, hiddenCursor: false });
  shell.type('echo status=$?; exit\r');
  await shell.waitFor(/status=70/);
});

test('a proxy that crashes lets the answers under way come to their end', async () => {
  const place = await crashingPlace();
  const closing = signalOf();
  const upstream = await startScriptedUpstream(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(frame(delta({ content: 'Half' })));
    await closing.promise;
    response.end(`${frame(delta({ content: ' and half' }))}${frame(finish('stop'))}data: [DONE]\n\n`);
  });
  onTestFinished(() => upstream.close());
  const proxy = await startProxy(place, ['--provider', 'zai', '--base-url', upstream.baseUrl]);
  const answer = await proxy.ask({ stream: true });
  const parts = answer.body?.pipeThrough(new TextDecoderStream()) ?? [];
  let events = '';
  for await (const part of parts as AsyncIterable<string>) {
    if (!events.includes('Half') && part.includes('Half')) {
      proxy.child.kill('SIGUSR2');
      await expect.poll(() => isOpen(proxy.url)).toBe(false);
      closing.resolve();
    }
    events += part;
  }
  expect(events).toContain('response.completed');
  const [status] = (await within(30_000, 'the end', proxy.closed)) as [number | null];
  expect(status, proxy.stderr()).toBe(70);
  expectCrash(proxy.stderr());
});

test('a proxy in the background leaves the words of its crash in its log, and nothing else behind', async () => {
  const place = await crashingPlace();
  const flags = ['--provider', 'zai', '--base-url', 'http://127.0.0.1:9/v1'];
  const started = await runLauncher(place, [...flags, 'proxy', 'start', '--port', '0']);
  expect(started.status, started.stderr).toBe(0);
  const [proxy] = await processesOf(place);
  process.kill(proxy?.pid ?? 0, 'SIGUSR2');
  expect(await leftProcesses(place, 20_000)).toEqual([]);
  expectCrash((await runLauncher(place, ['proxy', 'logs'])).stdout);
  expect((await runLauncher(place, ['proxy', 'status'])).status).toBe(3);
});

test('a chat server that crashes ends its codex and keeps both keys', async () => {
  const place = await crashingPlace();
  const serverKey = 'canary-of-the-server';
  const environment = {
    CODEX_BRIDGE_API_KEY: serverKey,
    CRASH_WORDS: `Bearer ${key} ${serverKey}`,
  };
  const run = await runLauncher(
    place,
    ['--provider', 'zai', '--base-url', 'http://127.0.0.1:9/v1', 'serve', '--port', '0'],
    {
      environment,
      onOutput: (text, send) => {
        if (text.includes('chat server on')) send('SIGUSR2');
      },
    },
  );
  expect(run.status, run.stderr).toBe(70);
  expect(run.stderr).toContain('internal error: Bearer [key] [key] is no header');
  for (const secret of [half, serverKey]) expect(run.stderr).not.toContain(secret);
  expect(await leftProcesses(place)).toEqual([]);
});

test.each([['--help'], ['--version'], ['config print'], ['models']])(
  'the reader of `%s` may leave early',
  async (args) => {
    const place = await testPlace();
    const child = spawn(process.execPath, [launcherPath, '--provider', 'demo', ...args.split(' ')], {
      env: place.environment,
      cwd: place.workFolder,
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (part) => (stderr += String(part)));
    const [status] = (await within(30_000, 'the end', once(child, 'close'))) as [number | null];
    // as SIGPIPE ends others
    expect({ status, stderr }).toEqual({ status: 141, stderr: '' });
  },
);

test('a full disk behind standard output is told as such', async () => {
  const place = await testPlace();
  const command = `"${process.execPath}" "${launcherPath}" --help > /dev/full`;
  const child = spawn('/bin/sh', ['-c', command], { env: place.environment, cwd: place.workFolder });
  let stderr = '';
  child.stderr.on('data', (part) => (stderr += String(part)));
  const [status] = (await within(30_000, 'the end', once(child, 'close'))) as [number | null];
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(
      /^codex-glm: Standard output cannot be written: ENOSPC.* \[OUTPUT_FAILED\]\n$/,
    ) as string,
  });
});

test('a proxy goes on when nobody reads its log', async () => {
  const place = await testPlace();
  const proxy = await startProxy(place, ['--provider', 'demo'], ['--log-level', 'debug']);
  proxy.child.stderr.destroy();
  for (let i = 0; i < 3; i++) expect((await proxy.ask({})).status).toBe(200);
});

async function startProxy(place: TestPlace, flags: string[], options: string[] = []) {
  const args = [launcherPath, ...flags, 'proxy', 'run', '--port', '0', '--json', ...options];
  const child = spawn(process.execPath, args, { env: place.environment, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const closed = once(child, 'close');
  let stderr = '';
  child.stderr.on('data', (part) => (stderr += String(part)));
  const [line] = (await within(30_000, 'its address', once(createInterface(child.stdout), 'line'))) as [string];
  const { url, token } = JSON.parse(line) as { url: string; token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = (more: { stream?: boolean }) =>
    fetch(`${url}/responses`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ model: 'glm-5.3', input: 'Hello?', ...more }),
      signal: AbortSignal.timeout(30_000),
    });
  return { child, url, ask, closed, stderr: () => stderr };
}

/** Whether new connections are taken. */
async function isOpen(url: string): Promise<boolean> {
  return fetch(new URL('/health', url), { headers: { connection: 'close' } }).then(
    () => true,
    () => false,
  );
}

async function commandsOf(place: TestPlace): Promise<string[]> {
  return (await processesOf(place)).map(({ command }) => command);
}
