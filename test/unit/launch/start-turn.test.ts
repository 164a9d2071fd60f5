import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { awaitStartTurn } from '../../../src/launch/start-turn.ts';
import { within } from '../../helpers/deadline.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'codex-glm-turn-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

test('the next start waits until the first one of a version has settled', async () => {
  const [data, home] = [folder(), folder()];
  const first = await awaitStartTurn(data, home, process.execPath);
  first.spawned();
  let isNext = false;
  const next = awaitStartTurn(data, home, process.execPath).then((turn) => ((isNext = true), turn));
  await delay(50);
  expect(isNext).toBe(false);
  first.settled();
  const turn = await within(15_000, 'the next turn', next);
  turn.settled();
});

test('a codex that ends at once keeps nobody waiting for its helpers', async () => {
  const [data, home] = [folder(), folder()];
  const first = await awaitStartTurn(data, home, process.execPath);
  first.spawned();
  first.settled();
  const warm = await awaitStartTurn(data, home, process.execPath);
  const before = timers();
  warm.spawned();
  expect(timers()).toBeGreaterThan(before);
  warm.settled();
  // well below the two seconds that a codex is given to put them in place
  for (let tries = 0; timers() > before && tries < 20; tries++) await delay(10);
  expect(timers()).toBeLessThanOrEqual(before);
});
