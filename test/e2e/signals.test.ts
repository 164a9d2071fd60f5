import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findCodex } from '../../src/launch/binary/find-codex.ts';
import { bundle } from '../helpers/bundle.ts';
import { signalOf, within } from '../helpers/deadline.ts';
import { leftProcesses } from '../helpers/processes.ts';
import { codexOf, runUntilCommand, slowCommandProvider } from '../helpers/shell-command-run.ts';
import { testPlace } from '../helpers/test-place.ts';

const unboxed = ['--dangerously-bypass-approvals-and-sandbox'];

test.each([
  ['SIGTERM', 143, unboxed],
  ['SIGTERM', 143, ['--sandbox', 'workspace-write']],
  ['SIGHUP', 129, unboxed],
  ['SIGQUIT', 131, unboxed],
  // without a terminal nobody else tells codex; the status is codex's own
  ['SIGINT', 1, unboxed],
] as const)(
  '%s to the launcher ends exec and its shell command, with status %i (%j)',
  async (signal, status, flags) => {
    const place = await testPlace();
    const run = await runUntilCommand(place, await slowCommandProvider(), flags, (send) => send(signal));
    expect(run).toMatchObject({ status, signal: null });
    expect(await leftProcesses(place)).toEqual([]);
  },
);

test('a shell command that ignores every polite signal is ended too', async () => {
  const place = await testPlace();
  const provider = await slowCommandProvider(`trap '' TERM INT HUP; while :; do sleep 1; done`);
  const run = await runUntilCommand(place, provider, unboxed, (send) => send('SIGTERM'));
  expect(run.status).toBe(143);
  expect(await leftProcesses(place)).toEqual([]);
});

test('a process that left its session and its parent is ended too', async () => {
  const place = await testPlace();
  const provider = await slowCommandProvider('setsid sleep 301 & disown; touch left; sleep 300');
  const run = await runUntilCommand(place, provider, unboxed, (send) => send('SIGTERM'));
  expect(run.status).toBe(143);
  expect(await leftProcesses(place)).toEqual([]);
});

test('codex killed by SIGKILL: its shell command is ended and the status says so', async () => {
  const place = await testPlace();
  const run = await runUntilCommand(place, await slowCommandProvider(), unboxed, async () => {
    for (const { pid } of await codexOf(place)) process.kill(pid, 'SIGKILL');
  });
  expect(run.status).toBe(137);
  expect(await leftProcesses(place)).toEqual([]);
});

test('an MCP server that ignores every polite signal is ended too', async () => {
  const place = await testPlace();
  const stubborn = `trap '' TERM INT HUP; node ${join(import.meta.dirname, '../helpers/tiny-mcp-server.mjs')}; while :; do sleep 1; done`;
  const server = [
    '-c',
    'mcp_servers.tiny.command="sh"',
    '-c',
    `mcp_servers.tiny.args=["-c", ${JSON.stringify(stubborn)}]`,
  ];
  const run = await runUntilCommand(place, await slowCommandProvider(), [...unboxed, ...server], (send) =>
    send('SIGTERM'),
  );
  expect(run.status).toBe(143);
  expect(await leftProcesses(place)).toEqual([]);
});

/** The signals that wait for a process to take them, as a bit set. */
async function pendingSignals(pid: number): Promise<bigint> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return BigInt(`0x${/^ShdPnd:\s*(\w+)$/m.exec(status)?.[1]}`);
}

const bitOf = (signal: 'SIGINT' | 'SIGTERM') => 1n << BigInt(constants.signals[signal] - 1);

test('a codex that does not react, as it is stopped: each further signal hurries its end', async () => {
  const place = await testPlace();
  const launcher = join(place.tempFolder, 'launcher.mjs');
  // nothing but `runCodex`, with so much patience that only a second signal can explain what happens
  await bundle(
    `import { runCodex } from './src/launch/run-codex.ts';
     const run = { environment: process.env, endsOnInterrupt: true, patienceMs: 600_000 };
     process.exitCode = await runCodex({
       ...run,
       executable: process.argv[2],
       arguments: ['exec', '-'],
       onSpawn: (pid) => console.log(pid),
     });`,
    launcher,
  );
  const codexHome = join(place.userHome, 'codex');
  await mkdir(codexHome);
  const child = spawn(process.execPath, [launcher, findCodex({ environment: {} }).executable], {
    cwd: place.workFolder,
    env: { ...place.environment, CODEX_HOME: codexHome },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const codex = signalOf<number>();
  child.stdout.once('data', (pid: Buffer) => codex.resolve(Number(pid.toString())));
  const ended = new Promise((resolve) => child.once('close', (...how) => resolve(how)));
  const pid = await within(30_000, 'its pid', codex.promise);
  process.kill(pid, 'SIGSTOP');

  const soon = { timeout: 20_000 };
  child.kill('SIGTERM');
  await expect.poll(() => pendingSignals(pid), soon).toBe(bitOf('SIGINT'));
  child.kill('SIGHUP');
  await expect.poll(() => pendingSignals(pid), soon).toBe(bitOf('SIGINT') | bitOf('SIGTERM'));
  child.kill('SIGTERM');
  // of the first signal
  expect(await within(20_000, 'the end', ended)).toEqual([143, null]);
  expect(await leftProcesses(place)).toEqual([]);
});
