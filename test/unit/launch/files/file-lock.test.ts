import { existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireFileLock } from '../../../../src/launch/files/file-lock.ts';
import { testFolder } from '../../../helpers/test-folder.ts';

test('a lock that was waited for is as old as it has been held: it is not taken for one left behind', async () => {
  const path = join(await testFolder(), 'lock');
  const first = await acquireFileLock(path);
  const waiting = acquireFileLock(path);
  await expect(acquireFileLock(path, { deadlineMs: 50 })).rejects.toThrow(/held by another/);
  const releasedAtMs = Date.now();
  first();
  const second = await waiting;
  expect(statSync(path).mtimeMs).toBeGreaterThanOrEqual(releasedAtMs);
  second();
  expect(existsSync(path)).toBe(false);
});

test('who holds a lock for too long loses it, and later removes nobody else’s', async () => {
  const path = join(await testFolder(), 'lock');
  const suspended = await acquireFileLock(path);
  utimesSync(path, new Date(0), new Date(0));
  const next = await acquireFileLock(path);
  suspended();
  expect(existsSync(path)).toBe(true);
  next();
  expect(existsSync(path)).toBe(false);
});
