import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { endProcesses } from '../../../../src/launch/processes/end-processes.ts';
import { isWindows } from '../../../helpers/systems.ts';

/** A process that tells each SIGTERM and goes on. */
async function stubborn() {
  const script = `process.on('SIGTERM', () => console.log('SIGTERM')); setInterval(() => {}, 1000); console.log('ready')`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  await once(child.stdout, 'data');
  const closed = once(child, 'close');
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  const find = () => (isGone() ? [] : [{ pid: child.pid ?? 0, parentPid: process.pid, startTime: '' }]);
  return { find, ended: async () => ({ signal: (await closed)[1] as NodeJS.Signals | null, stdout }) };
}

test.skipIf(isWindows)('a process is asked to end before it is made to (Windows has no signals)', async () => {
  const { find, ended } = await stubborn();
  await endProcesses(find);
  expect(await ended()).toEqual({ signal: 'SIGKILL', stdout: 'ready\nSIGTERM\n' });
});

test.skipIf(isWindows)('in a hurry it is made to end at once (Windows has no signals)', async () => {
  const { find, ended } = await stubborn();
  await endProcesses(find, AbortSignal.abort());
  expect(await ended()).toEqual({ signal: 'SIGKILL', stdout: 'ready\n' });
});
