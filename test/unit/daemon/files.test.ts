import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addClientKey, readClientKeys, removeClientKey, watchClientKeys } from '../../../src/daemon/client-key-file.ts';
import { findProxies, ownStartTime } from '../../../src/daemon/find-running.ts';
import { printLog } from '../../../src/daemon/follow-log.ts';
import { rememberSecret } from '../../../src/provider/redact.ts';
import { createJsonLog } from '../../../src/daemon/json-log.ts';
import { createLogFile } from '../../../src/daemon/log-file.ts';
import { readStates, removeState, writeState } from '../../../src/daemon/state-file.ts';
import { stopDaemon } from '../../../src/daemon/stop.ts';
import { clientKeysFrom } from '../../../src/proxy/access/client-keys.ts';
import { within } from '../../helpers/deadline.ts';
import { testFolder } from '../../helpers/test-folder.ts';
import { expectMode, isLinux } from '../../helpers/systems.ts';

describe('the log file', () => {
  it('is moved aside when it has grown too large; three old ones are kept', async () => {
    const path = join(await testFolder(), 'logs/proxy.log');
    const write = createLogFile(path, 20);
    for (let i = 1; i <= 6; i++) write(`line ${i} ${'x'.repeat(10)}`);
    expect(['', '.1', '.2', '.3'].map((end) => readFileSync(path + end, 'utf8').slice(0, 6))).toEqual([
      'line 6',
      'line 5',
      'line 4',
      'line 3',
    ]);
    expect(existsSync(`${path}.4`)).toBe(false);
    expectMode(path, 0o600);
  });

  it('goes on where an earlier process has ended', async () => {
    const path = join(await testFolder(), 'proxy.log');
    createLogFile(path)('one');
    createLogFile(path)('two');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('that cannot be written is refused at the start; one that is lost later harms nobody', async () => {
    const folder = await testFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => createLogFile(join(folder, 'file/proxy.log'))).toThrow(/cannot be written/);
    expect(() => createLogFile(folder)).toThrow(/cannot be written/);
    const write = createLogFile(join(folder, 'logs/proxy.log'));
    rmSync(join(folder, 'logs'), { recursive: true });
    expect(() => write('lost')).not.toThrow();
  });

  it('holds JSON lines from a level on, without keys', async () => {
    const lines: string[] = [];
    const { log, end } = createJsonLog((line) => lines.push(line), 'info', ['abc123def.SecretSecret']);
    rememberSecret('used-by-somebody');
    log({ level: 'debug', message: 'too small', fields: {} });
    log({ level: 'error', message: 'failed', fields: { cause: new Error('with SecretSecret, used-by-somebody') } });
    await end();
    log({ level: 'info', message: 'at once from here on', fields: { model: 'm' } });
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 'error', message: 'failed', pid: process.pid, cause: { message: 'with [key], [key]' } },
      { level: 'info', message: 'at once from here on', model: 'm', time: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
  });

  it('keeps to one line each, whatever a client or provider says', async () => {
    const lines: string[] = [];
    const { log, end } = createJsonLog((line) => lines.push(line), 'info', []);
    const evil = 'x"}\n{"level":"error"}\r\n\u2028\u001b[2J\u009b2J\u0000';
    log({ level: 'info', message: evil, fields: { model: evil, [evil]: 1 } });
    await end();
    expect(lines).toHaveLength(1);
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: evil, model: evil, [evil]: 1 });
  });

  it('is printed from near its end, and followed through a move', async () => {
    const path = join(await testFolder(), 'proxy.log');
    writeFileSync(path, `${'old line\n'.repeat(20_000)}last\n`);
    let text = '';
    await printLog(path, (part) => (text += part));
    expect(text).toMatch(/^(old line\n)+last\n$/);
    expect(text.length).toBeLessThan(70_000);

    const stop = new AbortController();
    text = '';
    const following = printLog(path, (part) => (text += part), stop.signal);
    await expect.poll(() => text, { timeout: 5000 }).toContain('last');
    truncateSync(path);
    appendFileSync(path, 'anew\n');
    await expect.poll(() => text, { timeout: 5000 }).toMatch(/last\nanew\n$/);
    stop.abort();
    await within(15_000, 'the end', following);
  });

  it('that is not there is empty', async () => {
    let text = '';
    await printLog(join(await testFolder(), 'none.log'), (part) => (text += part));
    expect(text).toBe('');
  });
});

describe('the state of proxies', () => {
  const gone = { pid: 2 ** 22 + 1, nonce: 'n1', port: 9, url: 'http://127.0.0.1:9/v1', startedAt: '2026-11-21' };
  const state = { ...gone, startTime: '' };

  it('is kept by port, and removed only by its owner', async () => {
    const folder = join(await testFolder(), 'proxy');
    expect(readStates(folder)).toEqual([]);
    writeState(folder, state);
    writeState(folder, { ...state, port: 8, nonce: 'n2' });
    expect(readStates(folder).map(({ port }) => port)).toEqual([8, 9]);
    removeState(folder, { port: 9, nonce: 'another' });
    removeState(folder, { port: 8, nonce: 'n2' });
    expect(readStates(folder)).toEqual([state]);
  });

  it('of a proxy that crashed is swept away; one whose process lives but does not answer is left', async () => {
    const folder = await testFolder();
    writeState(folder, state);
    writeState(folder, { ...state, port: 8, pid: process.pid, startTime: ownStartTime() });
    writeFileSync(join(folder, 'proxy-7.json'), '{"pid":');
    const { answering, silent } = await findProxies(folder);
    expect(answering).toEqual([]);
    expect(silent.map(({ port }) => port)).toEqual([8]);
    expect(readStates(folder).map(({ port }) => port)).toEqual([8]);
  });

  it.runIf(isLinux)('of a pid that is in use again is swept away (Linux tells)', async () => {
    const folder = await testFolder();
    writeState(folder, { ...state, pid: process.pid, startTime: '1' });
    expect(await findProxies(folder)).toEqual({ answering: [], silent: [] });
    expect(readStates(folder)).toEqual([]);
  });

  it('never leads to the end of a process that may be somebody else’s', async () => {
    const folder = await testFolder();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill('SIGKILL'));
    const recycled = { ...state, pid: other.pid ?? 0 };
    writeState(folder, recycled);
    await expect(stopDaemon(folder, recycled, false)).rejects.toMatchObject({ code: 'PROXY_NOT_STOPPED' });
    expect(other.exitCode ?? other.signalCode).toBeNull();
  });
});

describe('client keys', () => {
  it('are stored as hashes, and taken away by name', async () => {
    const file = join(await testFolder(), 'proxy/clients.json');
    const keys = clientKeysFrom(watchClientKeys(file));
    expect(keys.count).toBe(0);
    const key = addClientKey(file, 'laptop');
    const other = addClientKey(file, 'desktop');
    expect(key).toMatch(/^cgk_[\w-]{43}$/);
    expect(readFileSync(file, 'utf8')).not.toContain(key.slice(4));
    expectMode(file, 0o600);
    expect([keys.accepts(key), keys.accepts(other), keys.accepts('')]).toEqual([true, true, false]);
    removeClientKey(file, 'laptop');
    expect([keys.accepts(key), keys.accepts(other)]).toEqual([false, true]);
    expect(() => addClientKey(file, 'desktop')).toThrow(/already/);
    expect(() => removeClientKey(file, 'laptop')).toThrow(/no key named/);
  });

  it.each(['', '{"keys":[{"name":"x"}]}', '{}'])('in a damaged file (%j) let nobody in', async (text) => {
    const file = join(await testFolder(), 'clients.json');
    writeFileSync(file, text);
    expect(() => readClientKeys(file)).toThrow(/damaged/);
  });
});
