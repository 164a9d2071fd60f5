import { spawn } from 'node:child_process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { endProcesses, endTreeOnWindows } from '../../../../src/launch/processes/end-processes.ts';
import {
  descendantsOf,
  hasVariable,
  isAlive,
  listProcesses,
  parsePs,
  readProcess,
  type ProcessEntry,
} from '../../../../src/launch/processes/process-table.ts';
import { isLinux, isWindows } from '../../../helpers/systems.ts';

/** A shell with a child of its own; both with TABLE_TEST in their environment. They end with the test. */
async function startFamily(): Promise<number> {
  const child = spawn('/bin/sh', ['-c', 'sleep 60 & echo up; wait'], {
    env: { PATH: process.env['PATH'], TABLE_TEST: 'yes' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const { pid = 0 } = child;
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(-pid, 'SIGKILL');
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return pid;
}

function family(): ProcessEntry[] {
  return listProcesses().filter((entry) => hasVariable(entry.pid, 'TABLE_TEST', 'yes'));
}

test.runIf(isLinux)('descendants are found, marked and ended, the polite and the stubborn (Linux tells)', async () => {
  const pid = await startFamily();
  await expect.poll(() => descendantsOf(pid, listProcesses()), { timeout: 10_000 }).toHaveLength(1);
  expect(family().map((entry) => entry.pid)).toContain(pid);
  expect(hasVariable(pid, 'TABLE_TEST', 'no')).toBe(false);
  expect(readProcess(pid)?.startTime).toMatch(/^\d+$/);
  await endProcesses(family);
  expect(family()).toEqual([]);
});

test.skipIf(isWindows)('descendants are found by ps, as on macOS (Windows has taskkill)', async () => {
  const pid = await startFamily();
  await expect.poll(() => descendantsOf(pid, listProcesses('darwin')), { timeout: 10_000 }).toHaveLength(1);
});

test("ps's columns", () => {
  expect(parsePs('    1     0\n  412     1\n 9999   412\n')).toEqual([
    { pid: 1, parentPid: 0, startTime: '' },
    { pid: 412, parentPid: 1, startTime: '' },
    { pid: 9999, parentPid: 412, startTime: '' },
  ]);
  expect(descendantsOf(1, parsePs('1 0\n412 1\n9999 412\n5 0')).map(({ pid }) => pid)).toEqual([412, 9999]);
});

test('on Windows a tree is ended by taskkill, without a shell', () => {
  const run = vi.fn(() => ({ status: 0 }) as never);
  expect(endTreeOnWindows(42, run)).toBe(true);
  expect(run).toHaveBeenCalledWith(
    'taskkill',
    ['/PID', '42', '/T', '/F'],
    expect.objectContaining({ windowsHide: true }),
  );
  expect(endTreeOnWindows(42, () => ({ status: 128 }) as never)).toBe(false);
  expect(listProcesses('win32')).toEqual([]);
});

test('a process that is gone is not alive and has no entry', () => {
  expect(isAlive(2 ** 22 + 1)).toBe(false);
  expect(readProcess(2 ** 22 + 1)).toBeUndefined();
  expect(isAlive(process.pid)).toBe(true);
});
