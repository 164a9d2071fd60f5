/** One key, looked for in everything that codex-glm writes, prints, starts and answers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { within } from '../helpers/deadline.ts';
import { folderContents } from '../helpers/folder-contents.ts';
import { processesOf } from '../helpers/processes.ts';
import { launcherPath, runLauncher } from '../helpers/run-launcher.ts';
import { delta, finish, frame } from '../helpers/scripted-upstream.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const key = '0123456789abcdef0123456789abcdef.CanarySecret1234';
const half = 'CanarySecret1234';
const environment = { ZAI_API_KEY: key };

/** A provider that tells the key to everybody: in headers, errors and model names; every third request goes well. */
async function startTelltale(): Promise<string> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume();
    const told = request.headers.authorization ?? '';
    const headers = { 'content-type': 'application/json', 'x-request-id': told, 'x-log-id': told };
    // as some servers name it: without the scheme
    const bare = told.replace('Bearer ', '');
    if (request.method === 'GET')
      return void response
        .writeHead(200, headers)
        .end(JSON.stringify({ data: [{ id: 'glm-5.3' }, { id: `glm-${bare}` }, { id: told }] }));
    const error = { error: { code: told, message: `The key ${told} (…${half}) is refused.`, metadata: { raw: told } } };
    switch (count++ % 3) {
      case 0:
        return void response
          .writeHead(200, { ...headers, 'content-type': 'text/event-stream' })
          .end(
            `${frame({ ...delta({ content: 'All ' }), model: bare })}${frame({ ...delta({ content: 'well.' }), model: bare })}${frame(finish('stop'))}data: [DONE]\n\n`,
          );
      case 1:
        return void response.writeHead(400, headers).end(JSON.stringify(error));
      default:
        return void response
          .writeHead(200, headers)
          .end(`${frame(delta({ content: 'Half' }))}data: ${JSON.stringify(error)}\n\n`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // an object for every TCP server that listens
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function expectNoKey(where: string, text: string): void {
  for (const secret of [key, half, Buffer.from(key).toString('base64'), encodeURIComponent(`${key}.`).slice(0, -1)])
    expect(text.includes(secret), `${where} holds ${secret}`).toBe(false);
}

async function expectNoKeyBelow(place: TestPlace): Promise<string[]> {
  const names: string[] = [];
  for (const folder of [place.glmHome, place.userHome, place.workFolder, place.tempFolder]) {
    for (const [name, text] of Object.entries(await folderContents(folder))) {
      names.push(name);
      expectNoKey(join(relative(join(place.glmHome, '..'), folder), name), text);
    }
  }
  return names;
}

test('the commands neither print the key nor write it down', async () => {
  const place = await testPlace();
  const baseUrl = await startTelltale();
  const flags = ['--provider', 'zai', '--base-url', baseUrl];
  for (const args of [
    ['exec', 'hi'],
    ['exec', '--json', 'hi'],
    ['exec', 'hi'],
    ['models'],
    ['models', '--json'],
    ['check'],
    ['check', '--json'],
    ['usage'],
    ['usage', '--json'],
    ['config'],
    ['config', 'show'],
    ['config', 'codex'],
    ['--help'],
  ]) {
    // codex's own --help is started with the user's environment as it is, which node prints for `*`
    const nodeDebug = args[0] === '--help' ? 'http' : '*';
    const run = await runLauncher(place, [...flags, ...args], {
      environment: { ...environment, RUST_LOG: 'debug', DEBUG: '*', NODE_DEBUG: nodeDebug },
      deadlineMs: 60_000,
    });
    expectNoKey(`what ${args.join(' ')} prints`, run.stdout + run.stderr);
  }
  const names = await expectNoKeyBelow(place);
  expect(names.join('\n')).toMatch(/usage\.jsonl/);
  expect(names.join('\n')).toMatch(/rollout-/);
}, 240_000);

test('a proxy that logs, captures, stores and is asked everything keeps it', async () => {
  const place = await testPlace();
  const baseUrl = await startTelltale();
  const capture = join(place.workFolder, 'capture.jsonl');
  const args = ['--provider', 'zai', '--base-url', baseUrl, 'proxy', 'capture', capture, '--port', '0', '--json'];
  // whatever the user's own mask lets others read
  const command = [process.execPath, launcherPath, ...args, '--history', 'disk', '--log-level', 'debug'];
  const child = spawn('/bin/sh', ['-c', 'umask 000; exec "$0" "$@"', ...command], {
    env: { ...place.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: place.workFolder,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  child.stderr.on('data', (part) => (printed += String(part)));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => (printed += line));
  const [line] = (await within(30_000, 'the line of JSON', once(lines, 'line'))) as [string];
  const { url, token } = JSON.parse(line) as { url: string; token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  let answers = '';
  const ask = async (path: string, body?: unknown) => {
    const method = body === undefined ? 'GET' : 'POST';
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    // good chat completions are passed on byte by byte: they are the provider's words to the client, not ours
    const isOurs = path !== '/chat/completions' || answer.status !== 200;
    answers += `${path} ${JSON.stringify([...answer.headers])} ${isOurs ? text : ''}\n`;
  };
  for (let i = 0; i < 3; i++) {
    for (const stream of [true, false]) await ask('/responses', { model: 'glm-5.3', input: 'Hello?', stream });
    await ask('/chat/completions', { model: 'glm-5.3', messages: [{ role: 'user', content: 'hi' }] });
    await ask('/responses/compact', { model: 'glm-5.3', input: [{ role: 'user', content: 'hi' }] });
  }
  for (const path of ['/models', '/../health', '/../ready', '/responses/resp_none', '/nothing']) await ask(path);
  expect(answers).toContain('All well.');
  expect(answers).toContain('is refused');
  expectNoKey('an answer', answers);

  const ours = (await processesOf(place)).filter(({ pid }) => pid !== child.pid);
  for (const { pid, command } of ours)
    expectNoKey(`process ${pid}`, command + readFileSync(`/proc/${pid}/environ`, 'utf8'));
  child.kill('SIGTERM');
  await within(30_000, 'the end of the proxy', once(child, 'exit'));
  expectNoKey('what the proxy prints', printed);
  const names = await expectNoKeyBelow(place);
  for (const expected of [/capture\.jsonl/, /history\/resp_/]) expect(names.join('\n')).toMatch(expected);
  expectOwnersOnly(capture);
  for (const entry of readdirSync(join(place.glmHome, 'proxy'), { recursive: true, encoding: 'utf8' }))
    expectOwnersOnly(join(place.glmHome, 'proxy', entry));
}, 120_000);

function expectOwnersOnly(path: string): void {
  expect(statSync(path).mode & 0o077, path).toBe(0);
}

test.each(['000', '077'])('with umask %s nobody else can read or change what is there', async (mask) => {
  const place = await testPlace();
  const run = await within(
    60_000,
    'the end of exec',
    new Promise<number | null>((resolve) => {
      const script = `umask ${mask}; exec "$0" "$@"`;
      const child = spawn(
        '/bin/sh',
        ['-c', script, process.execPath, launcherPath, '--provider', 'demo', 'exec', 'hi'],
        {
          env: place.environment,
          cwd: place.workFolder,
          stdio: 'ignore',
        },
      );
      child.once('close', resolve);
    }),
  );
  expect(run).toBe(0);
  expect(statSync(place.glmHome).mode & 0o077).toBe(0);
  // codex's own files are as codex makes them, behind that folder's door
  const ours = readdirSync(place.glmHome, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && (!entry.parentPath.includes('codex-home') || entry.name === 'config.toml'),
  );
  expect(ours.length).toBeGreaterThan(1);
  for (const { parentPath, name } of ours) expect(statSync(join(parentPath, name)).mode & 0o777, name).toBe(0o600);
});
