import { expect, test } from 'vitest';
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
