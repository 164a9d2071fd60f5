import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { isReadingStdin } from '../../../src/launch/processes/process-table.ts';
import { awaitStartTurn, type StartTurn } from '../../../src/launch/start-turn.ts';
import { within } from '../../helpers/deadline.ts';
import { isLinux } from '../../helpers/systems.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'codex-glm-turn-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

function takeTurn(dataFolder: string, codexHome: string, beginsThread = false): Promise<StartTurn> {
  return awaitStartTurn({ dataFolder, codexHome, executable: process.execPath, beginsThread });
}

/** A home in which this version of codex has been started before. */
async function warmHome(): Promise<[dataFolder: string, codexHome: string]> {
  const [data, home] = [folder(), folder()];
  const first = await takeTurn(data, home);
  first.spawned(undefined);
  first.settled();
  return [data, home];
}

function addHelpers(home: string): void {
  mkdirSync(join(home, 'tmp/arg0-linux/codex-arg0abc'), { recursive: true });
}

function addThread(home: string): void {
  const now = new Date();
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0'));
  const day = join(home, 'sessions', ...date);
  mkdirSync(day, { recursive: true });
  writeFileSync(join(day, 'rollout-x.jsonl'), '');
}

/** Starts something that waits on its standard input, as codex does for a piped prompt, and resolves when it does. */
async function startReader(): Promise<number> {
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  onTestFinished(() => void child.kill());
  await expect.poll(() => isReadingStdin(child.pid ?? 0), { timeout: 10_000 }).toBe(true);
  return child.pid ?? 0;
}

test('the next start waits until the first one of a version has settled', async () => {
  const [data, home] = [folder(), folder()];
  const first = await takeTurn(data, home);
  first.spawned(undefined);
  let isNext = false;
  const next = takeTurn(data, home).then((turn) => ((isNext = true), turn));
  await delay(50);
  expect(isNext).toBe(false);
  first.settled();
  const turn = await within(15_000, 'the next turn', next);
  turn.settled();
});

test('a codex that ends at once keeps nobody waiting for its helpers', async () => {
  const [data, home] = await warmHome();
  const warm = await takeTurn(data, home);
  const before = timers();
  warm.spawned(undefined);
  expect(timers()).toBeGreaterThan(before);
  warm.settled();
  // well below the two seconds that a codex is given to put them in place
  for (let tries = 0; timers() > before && tries < 150; tries++) await delay(10);
  expect(timers()).toBeLessThanOrEqual(before);
});

test('a start without a thread is over when the helpers are there', async () => {
  const [data, home] = await warmHome();
  (await takeTurn(data, home)).spawned(process.pid);
  addHelpers(home);
  (await within(1500, 'the next turn', takeTurn(data, home))).settled();
});

test('a start with a thread is over when the thread has its file, not before', async () => {
  const [data, home] = await warmHome();
  (await takeTurn(data, home, true)).spawned(process.pid);
  addHelpers(home);
  let isNext = false;
  const next = takeTurn(data, home).then((turn) => ((isNext = true), turn));
  await delay(200);
  expect(isNext).toBe(false);
  addThread(home);
  (await within(1500, 'the next turn', next)).settled();
});

test.runIf(isLinux)('on Linux, which shows it: a codex that waits for its prompt keeps nobody waiting', async () => {
  const [data, home] = await warmHome();
  (await takeTurn(data, home, true)).spawned(await startReader());
  addHelpers(home);
  (await within(1500, 'the next turn', takeTurn(data, home))).settled();
});
