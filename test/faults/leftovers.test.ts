import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftProcesses, processesOf } from '../helpers/processes.ts';
import { runLauncher, type LauncherRun } from '../helpers/run-launcher.ts';
import { codexOf, runUntilCommand, slowCommandProvider } from '../helpers/shell-command-run.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const unboxed = ['--dangerously-bypass-approvals-and-sandbox'];
const demoExec = ['--provider', 'demo', 'exec', 'hi'];

async function launchersOf(place: TestPlace): Promise<number[]> {
  const found = (await processesOf(place)).filter(({ command }) => command.includes('codex-glm.js'));
  return found.map(({ pid }) => pid);
}

async function commandsOf(place: TestPlace): Promise<string[]> {
  return (await processesOf(place)).map(({ command }) => command).sort();
}

test('SIGKILL of the launcher: exec ends by itself within 60 s, and takes its shell command along', async () => {
  const place = await testPlace();
  // resolves when codex, which shares the launcher's pipes, has ended
  const run = await runUntilCommand(place, await slowCommandProvider(), unboxed, (send) => send('SIGKILL'));
  expect(run.signal).toBe('SIGKILL');
  await runLauncher(place, demoExec);
  expect(await leftProcesses(place)).toEqual([]);
  expect(await readdir(join(place.glmHome, 'run'))).toEqual([]);
}, 90_000);

test('SIGKILL of launcher and codex: the next launch ends the shell command and removes unfinished files', async () => {
  const place = await testPlace();
  const unfinished = join(place.glmHome, 'codex-home/config.toml.999999999.01234567-89ab-cdef-0123-456789abcdef');
  const provider = await slowCommandProvider('sleep 300 >/dev/null 2>&1 </dev/null');
  await runUntilCommand(place, provider, unboxed, async (send) => {
    const codex = await codexOf(place);
    send('SIGKILL');
    for (const { pid } of codex) process.kill(pid, 'SIGKILL');
  });
  expect((await commandsOf(place)).join()).toContain('sleep 300');
  await writeFile(unfinished, '');
  expect((await runLauncher(place, demoExec)).status).toBe(0);
  expect(await leftProcesses(place)).toEqual([]);
  expect(await readdir(join(place.glmHome, 'codex-home'))).not.toContain(
    'config.toml.999999999.01234567-89ab-cdef-0123-456789abcdef',
  );
  expect(await readdir(join(place.glmHome, 'run'))).toEqual([]);
}, 90_000);

test('a launch sweeps neither a running session nor a codex whose launcher was killed', async () => {
  const place = await testPlace();
  const living = await slowCommandProvider('sleep 300');
  const orphaned = await slowCommandProvider('sleep 301');
  let stopLiving: ((signal: NodeJS.Signals) => void) | undefined;
  const ended: Promise<LauncherRun>[] = [];
  await new Promise<void>((resolve) => {
    ended.push(runUntilCommand(place, living, unboxed, (send) => ((stopLiving = send), resolve())));
  });
  await new Promise<void>((resolve) => {
    ended.push(runUntilCommand(place, orphaned, unboxed, (send) => (send('SIGKILL'), resolve())));
  });
  await expect.poll(() => launchersOf(place), { timeout: 10_000 }).toHaveLength(1);
  const before = await commandsOf(place);
  expect((await runLauncher(place, demoExec)).status).toBe(0);
  expect(await commandsOf(place)).toEqual(before);
  stopLiving?.('SIGTERM');
  await Promise.all(ended);
  await runLauncher(place, demoExec);
  expect(await leftProcesses(place)).toEqual([]);
}, 120_000);

test.each([
  ['brand new', []],
  ['warm', []],
  // without a file in `sessions`, by which others would know that the thread has begun
  ['warm', ['--ephemeral']],
])(
  '20 exec at once on one %s home %j: all end with 0 and no error line',
  async (state, flags) => {
    const place = await testPlace();
    if (state === 'warm') await runLauncher(place, demoExec);
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => runLauncher(place, [...demoExec, ...flags], { deadlineMs: 90_000 })),
    );
    expect(runs.map(({ status }) => status)).toEqual(Array(20).fill(0));
    expect(runs.flatMap(({ stderr }) => stderr.match(/^.*(?:\berror\b|codex-glm:).*$/gim) ?? [])).toEqual([]);
    const skills = await readdir(join(place.glmHome, 'codex-home/skills/.system'));
    expect(skills.length).toBeGreaterThan(3);
    expect((await readdir(place.glmHome)).filter((name) => /lock|\d/.test(name))).toEqual([]);
  },
  120_000,
);
