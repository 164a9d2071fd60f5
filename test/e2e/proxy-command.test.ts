import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import OpenAI from 'openai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { signalOf, within } from '../helpers/deadline.ts';
import { freePort } from '../helpers/free-port.ts';
import { leftProcesses } from '../helpers/processes.ts';
import { launcherPath, runLauncher } from '../helpers/run-launcher.ts';
import {
  startScriptedUpstream,
  stream,
  type SeenRequest,
  streamInTwo,
  textChunks,
} from '../helpers/scripted-upstream.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const urlPattern = /http:\/\/127\.0\.0\.1:\d+\/v1/;

/** Runs `codex-glm proxy ...` to its end; whatever it leaves in the background ends with the test. */
async function proxyCommand(place: TestPlace, args: string[], flags = ['--provider', 'demo']) {
  const run = await runLauncher(place, [...flags, 'proxy', ...args]);
  return { ...run, url: urlPattern.exec(run.stdout)?.[0] ?? '' };
}

async function placeWithProxies(): Promise<TestPlace> {
  const place = await testPlace();
  onTestFinished(async () => {
    for (const { pid } of await leftProcesses(place, 0)) process.kill(pid, 'SIGKILL');
    expect(await leftProcesses(place)).toEqual([]);
  });
  return place;
}

/** `proxy run --port 0 --json` as a program would drive it. */
async function driven(
  place: TestPlace,
  flags: string[],
  args: string[] = [],
  environment: Record<string, string> = {},
) {
  const child = spawn(process.execPath, [launcherPath, ...flags, 'proxy', 'run', '--port', '0', '--json', ...args], {
    env: { ...place.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [line] = (await within(30_000, 'the line of JSON', once(createInterface(child.stdout), 'line'))) as [string];
  return { child, ...(JSON.parse(line) as { url: string; token: string; pid: number }) };
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [status] = (await within(30_000, 'the end', once(child, 'exit'))) as [number | null];
  return status;
}

function messagesOf({ body }: SeenRequest): unknown[] {
  return body['messages'] as unknown[];
}

describe('codex-glm proxy', () => {
  it('starts once, tells, serves, restarts and stops', async () => {
    const place = await placeWithProxies();
    const port = String(await freePort());
    expect((await proxyCommand(place, ['status'])).status).toBe(3);

    const started = await proxyCommand(place, ['start', '--port', port]);
    expect(started, started.stderr).toMatchObject({ status: 0, url: `http://127.0.0.1:${port}/v1` });
    expect(started.stdout).toMatch(/upstream .*demo[\s\S]*models .*glm-5\.3[\s\S]*codex .*model_provider/);
    expect((await proxyCommand(place, ['start', '--port', port])).stdout).toContain('runs already');

    const client = new OpenAI({ baseURL: started.url, apiKey: 'any', maxRetries: 0 });
    const first = await client.responses.create({ model: 'gpt-5', input: 'Hello?' });
    expect(first.output_text).toContain('demo');

    const status = await proxyCommand(place, ['status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject([{ port: Number(port), url: started.url }]);
    const refused = await proxyCommand(place, ['restart'], ['--provider', 'nobody']);
    expect(refused, 'nothing is stopped for settings that are wrong').toMatchObject({ status: 2, stdout: '' });
    const restarted = await proxyCommand(place, ['restart'], []);
    expect(restarted.url, 'the port and the provider of before').toBe(started.url);
    expect(restarted.stdout).toMatch(/upstream .*demo/);
    expect((await proxyCommand(place, ['logs'])).stdout).toContain('"response.completed"');
    expect((await proxyCommand(place, ['stop'])).stdout).toContain('has stopped');
    expect((await proxyCommand(place, ['stop'])).stdout).toContain('none is running');
    await expect(fetch(started.url)).rejects.toThrow();
  });

  it('takes a free port unless one is named; a named one is never exchanged', async () => {
    const place = await placeWithProxies();
    const other = await startScriptedUpstream();
    onTestFinished(() => other.close());
    const taken = new URL(other.baseUrl).port;
    const { status, stderr } = await proxyCommand(place, ['start', '--port', taken]);
    expect(status).toBe(1);
    expect(stderr).toContain(`The proxy did not start: Port ${taken} is taken by another program.`);
    const free = await proxyCommand(place, ['start']);
    expect(free.url).toMatch(urlPattern);
    await proxyCommand(place, ['stop']);
  });

  it.each([
    [
      'an address of another machine',
      ['start', '--host', '192.0.2.1'],
      /did not start: "192\.0\.2\.1" is no address of/,
    ],
    ['others in, without a key', ['start', '--host', '0.0.0.0'], /did not start: .*client keys\..*TLS/s],
    ['clients without a key', ['start', '--require-key'], /did not start: Clients need a key here.*keys add/s],
    ['a folder that cannot be', ['start', '--history', 'disk', '--history-dir', '/dev/null/x'], /cannot be stored in/],
    ['a capture that cannot be written', ['capture', '/dev/null/x'], /\/dev\/null\/x cannot be written/],
    ['a command that is none', ['strat'], /There is no command "strat"/],
  ])('says what is wrong with %s, and runs nothing', async (_, args, words) => {
    const place = await placeWithProxies();
    if (args.includes('192.0.2.1')) await proxyCommand(place, ['keys', 'add', 'somebody']);
    const { status, stdout, stderr } = await proxyCommand(place, args);
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\[INTERNAL\]|\n +at /);
  });

  it('says where its log cannot be written', async () => {
    const place = await placeWithProxies();
    mkdirSync(join(place.glmHome, 'proxy/proxy.log'), { recursive: true });
    expect(await proxyCommand(place, ['start'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/proxy\.log cannot be written: EISDIR/) as string,
    });
  });

  it('that was killed leaves nothing that keeps it from starting again', async () => {
    const place = await placeWithProxies();
    const port = String(await freePort());
    const started = await proxyCommand(place, ['start', '--port', port]);
    const pid = Number(/process (\d+)/.exec(started.stdout)?.[1]);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => leftProcesses(place, 0), { timeout: 10_000 }).toEqual([]);
    expect((await proxyCommand(place, ['status'])).stdout).toContain('none is running');
    const again = await proxyCommand(place, ['start', '--port', port]);
    expect(again, again.stderr).toMatchObject({ status: 0, url: started.url });
    await proxyCommand(place, ['stop']);
  });

  it('in the foreground is not restarted in the background', async () => {
    const place = await placeWithProxies();
    const port = String(await freePort());
    const child = spawn(process.execPath, [launcherPath, '--provider', 'demo', 'proxy', 'run', '--port', port], {
      env: place.environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await within(10_000, 'the first line', once(createInterface(child.stdout), 'line'));
    expect(await proxyCommand(place, ['restart'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('was not started by `proxy start`') as string,
    });
    expect((await proxyCommand(place, ['stop'])).stdout).toContain('has stopped');
    expect(await ended(child)).toBe(0);
  });

  it('that was started with what this version does not know goes on, and restart says what to do', async () => {
    const place = await placeWithProxies();
    const started = await proxyCommand(place, ['start']);
    const file = join(place.glmHome, 'proxy', `proxy-${new URL(started.url).port}.json`);
    const state = JSON.parse(readFileSync(file, 'utf8')) as { arguments: string[] };
    writeFileSync(file, JSON.stringify({ ...state, arguments: [...state.arguments, '--of-another-version'] }));
    const refused = await proxyCommand(place, ['restart'], []);
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toMatch(/does not understand.*--of-another-version[\s\S]*proxy stop; codex-glm proxy start/);
    expect((await proxyCommand(place, ['stop'])).stdout).toContain('has stopped');
  });

  it('is driven by a program: one line of JSON, a token, an end by SIGTERM', async () => {
    const place = await placeWithProxies();
    const { child, url, token, pid } = await driven(place, ['--provider', 'demo']);
    expect(pid).toBe(child.pid);
    expect((await fetch(`${url}/models`)).status).toBe(401);
    expect((await fetch(`${url}/models`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  });

  it('finishes a running answer before it ends', async () => {
    const place = await placeWithProxies();
    const gate = signalOf();
    const chunks = textChunks('To the end.');
    const upstream = await startScriptedUpstream(streamInTwo(chunks.slice(0, 2), gate.promise, chunks.slice(2)));
    onTestFinished(() => upstream.close());
    const flags = ['--provider', 'openai-compatible', '--base-url', upstream.baseUrl];
    const { child, url, token } = await driven(place, flags);
    const client = new OpenAI({ baseURL: url, apiKey: token, maxRetries: 0 });
    const events = await client.responses.create({ model: 'm', input: 'Hello?', stream: true });
    let text = '';
    for await (const event of events) {
      if (event.type === 'response.output_text.delta' && text === '') {
        child.kill('SIGTERM');
        gate.resolve();
      }
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe('To the end.');
    expect(await ended(child)).toBe(0);
  });

  it('in the background is stopped after the answer that is under way', async () => {
    const place = await placeWithProxies();
    const gate = signalOf();
    const chunks = textChunks('To the end.');
    const upstream = await startScriptedUpstream(streamInTwo(chunks.slice(0, 2), gate.promise, chunks.slice(2)));
    onTestFinished(() => upstream.close());
    const flags = ['--provider', 'openai-compatible', '--base-url', upstream.baseUrl];
    const started = await proxyCommand(place, ['start'], flags);
    const client = new OpenAI({ baseURL: started.url, apiKey: 'any', maxRetries: 0 });
    let text = '';
    let stopped: ReturnType<typeof proxyCommand> | undefined;
    for await (const event of await client.responses.create({ model: 'm', input: 'Hello?', stream: true })) {
      if (event.type !== 'response.output_text.delta') continue;
      text += event.delta;
      if (stopped) continue;
      stopped = proxyCommand(place, ['stop']);
      // it takes no new requests any more
      await expect.poll(() => fetch(started.url).catch(() => 'closed'), { timeout: 10_000 }).toBe('closed');
      gate.resolve();
    }
    expect(text).toBe('To the end.');
    expect((await stopped)?.stdout).toContain('has stopped');
  });

  it('loses no stored response when it is killed', async () => {
    const place = await placeWithProxies();
    // by what is asked: a question whose connection breaks before the first byte is sent again (provider/retry.ts)
    const upstream = await startScriptedUpstream((response, request) =>
      stream(textChunks(messagesOf(request).length === 1 ? 'One.' : 'Two.'))(response, request),
    );
    onTestFinished(() => upstream.close());
    const flags = ['--provider', 'openai-compatible', '--base-url', upstream.baseUrl];
    const before = await driven(place, flags, ['--history', 'disk']);
    const client = new OpenAI({ baseURL: before.url, apiKey: before.token, maxRetries: 0 });
    const first = await client.responses.create({ model: 'm', input: 'Hello?' });
    before.child.kill('SIGKILL');
    await ended(before.child);

    const after = await driven(place, flags, ['--history', 'disk']);
    const next = new OpenAI({ baseURL: after.url, apiKey: after.token, maxRetries: 0 });
    expect(await next.responses.retrieve(first.id)).toMatchObject({ id: first.id, status: 'completed' });
    const second = await next.responses.create({ model: 'm', input: 'And?', previous_response_id: first.id });
    expect(second.output_text).toBe('Two.');
    expect(upstream.requests.map(messagesOf).at(-1)).toMatchObject([
      { content: 'Hello?' },
      { content: 'One.' },
      { content: 'And?' },
    ]);
    const stored = join(place.glmHome, 'proxy/history', `${first.id}.json`);
    expect(readFileSync(stored, 'utf8')).toContain('One.');
    after.child.kill('SIGTERM');
    expect(await ended(after.child)).toBe(0);
  });

  it('asks for client keys where others can reach it, and lets in whoever has one', async () => {
    const place = await placeWithProxies();
    const open = await proxyCommand(place, ['run', '--host', '0.0.0.0', '--port', '0']);
    expect(open).toMatchObject({ status: 2, stderr: expect.stringContaining('TLS') as string });
    const key = (await proxyCommand(place, ['keys', 'add', 'laptop'])).stdout.trim();
    const started = await proxyCommand(place, ['start', '--host', '0.0.0.0', '--port', String(await freePort())]);
    const statusWith = async (token: string) =>
      (await fetch(`${started.url}/models`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await statusWith('wrong')).toBe(401);
    expect(await statusWith(key)).toBe(200);
    await proxyCommand(place, ['keys', 'remove', 'laptop']);
    expect(await statusWith(key)).toBe(401);
    await proxyCommand(place, ['stop']);
  });

  it('serves several providers, each with its own key', async () => {
    const place = await placeWithProxies();
    const environment = { DEEPSEEK_API_KEY: 'deepseek-key-1234' };
    const flags = ['--provider', 'demo'];
    const { child, url, token } = await driven(place, flags, ['--providers', 'deepseek'], environment);
    const answer = await fetch(`${url}/models`, { headers: { authorization: `Bearer ${token}` } });
    const text = await answer.text();
    expect(text).toContain('"id":"deepseek/deepseek-');
    expect(text).toContain('"id":"demo/glm-5.3"');
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  });

  it('captures a session, and replays it without a difference', async () => {
    const place = await placeWithProxies();
    const file = join(place.tempFolder, 'session.jsonl');
    const args = ['--provider', 'demo', 'proxy', 'capture', file, '--port', '0', '--json'];
    const child = spawn(process.execPath, [launcherPath, ...args], {
      env: place.environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await within(30_000, 'the line of JSON', once(createInterface(child.stdout), 'line'))) as [string];
    const { url, token } = JSON.parse(line) as { url: string; token: string };
    const client = new OpenAI({ baseURL: url, apiKey: token, maxRetries: 0 });
    await client.responses.create({ model: 'gpt-5', input: `Hello from ${place.userHome}` });
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const replayed = await proxyCommand(place, ['replay', file]);
    expect(replayed).toMatchObject({ status: 0, stdout: '1 exchanges, 0 differences\n' });
    const wrong = await proxyCommand(place, ['replay', join(place.tempFolder, 'none')]);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('is not a capture') as string });
  });
});
