import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claimSessions } from '../../../../src/reverse/sessions/claim-sessions.ts';
import { readProcess } from '../../../../src/launch/processes/process-table.ts';
import { testPlace } from '../../../helpers/test-place.ts';

async function sessionsFile(): Promise<string> {
  return join((await testPlace()).tempFolder, 'sessions.json');
}

test('sessions that a running process has claimed are refused, with its id', async () => {
  const file = await sessionsFile();
  const parent = `${process.ppid}-${readProcess(process.ppid)?.startTime ?? '0'}`;
  writeFileSync(`${file}.server`, parent);
  await expect(claimSessions(file)).rejects.toThrow(`Another server, process ${process.ppid}, has the sessions`);
});

test.each([
  ['a process that is gone', '999999999-1'],
  ['an earlier process of the same id', `${process.ppid}-1`],
  ['nobody', ''],
])('what %s has claimed is free, and is given back at the end', async (_, owner) => {
  const file = await sessionsFile();
  writeFileSync(`${file}.server`, owner);
  const giveBack = await claimSessions(file);
  expect(existsSync(`${file}.server`)).toBe(true);
  giveBack();
  expect(existsSync(`${file}.server`)).toBe(false);
});
