import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { mkdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCodex } from '../../../src/launch/run-codex.ts';
import { bundle } from '../../helpers/bundle.ts';
import { within } from '../../helpers/deadline.ts';
import { isWindows } from '../../helpers/systems.ts';
import { repositoryRoot, testPlace } from '../../helpers/test-place.ts';

const folder = join(repositoryRoot, `.test-homes/run-codex-${process.pid}`);
const launcher = join(folder, 'launcher.mjs');

/** A process of its own that does nothing but `runCodex`: signals are sent to it, not to the test. */
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await bundle(
    `import { runCodex } from './src/launch/run-codex.ts';
     const [script, endsOnInterrupt, patienceMs] = process.argv.slice(2);
     process.exitCode = await runCodex({
       executable: process.execPath,
       arguments: ['-e', script],
       environment: process.env,
       endsOnInterrupt: endsOnInterrupt === 'true',
       patienceMs: Number(patienceMs),
     });
     // ends a process at once that does not listen
     if (process.env.INTERRUPT_AFTERWARDS) process.kill(process.pid, 'SIGINT');
     console.log('ended');`,
    launcher,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Launch {
  environment?: Record<string, string>;
  endsOnInterrupt?: boolean;
  /** Sent to the launcher, one each time that `script` prints "ready". */
  signals?: readonly NodeJS.Signals[];
  /** Long, so that a crowded machine does not make a codex impolite that reacts. */
  patienceMs?: number;
}

/**
 * Runs `script` as codex: the real one does not tell which signal it got, and does not ignore any on demand. What it makes
 * of them is in test/e2e/signals.test.ts and terminal.test.ts, a second signal included.
 */
function launch(
  script: string,
  { endsOnInterrupt = false, signals: given = [], patienceMs = 15_000, environment = {} }: Launch = {},
) {
  const signals = [...given];
  return new Promise<{ status: number | null; stdout: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [launcher, script, String(endsOnInterrupt), String(patienceMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
      timeout: 25_000,
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      for (const _ of text.matchAll(/ready/g)) {
        const signal = signals.shift();
        if (signal) child.kill(signal);
      }
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout }));
  });
}

const says = (signal: string, then: string) => `process.on('${signal}', () => { console.log('${signal}'); ${then} });`;
const waits = `setInterval(() => {}, 1000); console.log('ready');`;

/** What the system's shell with this script, in the place of codex, makes of our own status. */
function statusOf(script: string): Promise<number> {
  const [executable, ...args] = isWindows ? ['cmd.exe', '/d', '/c', script] : ['/bin/sh', '-c', script];
  return runCodex({ executable, arguments: args, environment: process.env, endsOnInterrupt: true });
}

// The real codex ends with 0, 1 and 2 only.
test('every exit status is passed on', async () => {
  for (let status = 0; status <= 255; status++) expect(await statusOf(`exit ${status}`)).toBe(status);
}, 120_000);

// The real codex takes some of them (SIGINT, SIGPIPE) in its own way; killed by SIGKILL it is in test/e2e/signals.test.ts.
test.skipIf(isWindows)('every signal that ends codex gives 128 + its number (Windows has no signals)', async () => {
  const ignored = process.platform === 'darwin' ? ['SIGIO'] : [];
  const harmless = [
    ...ignored,
    'SIGCHLD',
    'SIGCONT',
    'SIGURG',
    'SIGWINCH',
    'SIGSTOP',
    'SIGTSTP',
    'SIGTTIN',
    'SIGTTOU',
    'SIGINFO',
  ];
  const deadly = Object.entries(constants.signals).filter(([name, number]) => !harmless.includes(name) && number < 32);
  expect(deadly.length).toBeGreaterThan(20);
  for (const [, number] of deadly) expect(await statusOf(`ulimit -c 0; kill -${number} $$`)).toBe(128 + number);
});

test.skipIf(isWindows)(
  'without a terminal, SIGINT is passed on, and is no reason to end (Windows has no signals)',
  async () => {
    const script = `${says('SIGINT', "console.log('ready');")} ${says('SIGTERM', 'process.exit(1)')} ${waits}`;
    const expected = { status: 143, stdout: 'ready\nSIGINT\nready\nSIGTERM\nended\n' };
    expect(await launch(script, { signals: ['SIGINT', 'SIGTERM'] })).toEqual(expected);
  },
);

test.skipIf(isWindows)(
  'a Ctrl-C that comes when codex has just ended is overheard (Windows has no signals)',
  async () => {
    const run = await launch('process.exit(3)', { environment: { INTERRUPT_AFTERWARDS: 'yes' } });
    expect(run).toEqual({ status: 3, stdout: 'ended\n' });
  },
);

test.skipIf(isWindows)('a second signal hurries (Windows has no signals)', async () => {
  const script = `${says('SIGINT', "console.log('ready');")} ${says('SIGTERM', 'process.exit(1)')} ${waits}`;
  const expected = { status: 129, stdout: 'ready\nSIGINT\nready\nSIGTERM\nended\n' };
  expect(await launch(script, { endsOnInterrupt: true, signals: ['SIGHUP', 'SIGTERM'] })).toEqual(expected);
});

test.skipIf(isWindows).each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
] as const)('%s ends a turn by an interrupt (Windows has no signals)', async (signal, status) => {
  const script = `${says('SIGINT', 'process.exit(1)')} ${says('SIGTERM', '')} ${waits}`;
  expect(await launch(script, { endsOnInterrupt: true, signals: [signal] })).toEqual({
    status,
    stdout: 'ready\nSIGINT\nended\n',
  });
});

test.skipIf(isWindows)('the TUI, which dies of any signal, is told by SIGTERM (Windows has no signals)', async () => {
  const script = `${says('SIGINT', '')} ${says('SIGTERM', 'process.exit(0)')} ${waits}`;
  expect(await launch(script, { signals: ['SIGHUP'] })).toEqual({ status: 129, stdout: 'ready\nSIGTERM\nended\n' });
});

test.skipIf(isWindows)('who does not react meets stronger signals (Windows has no signals)', async () => {
  const script = `${says('SIGINT', '')} ${says('SIGTERM', '')} ${waits}`;
  const impatient = { endsOnInterrupt: true, signals: ['SIGTERM'], patienceMs: 1000 } as const;
  expect(await launch(script, impatient)).toEqual({ status: 143, stdout: 'ready\nSIGINT\nSIGTERM\nended\n' });
});

test.skipIf(isWindows).each([
  ['process.exit(1)', 1],
  ['', 130],
])(
  'exec without a terminal that is interrupted and then does "%s" gives status %i (Windows has no signals)',
  async (then, status) => {
    const script = `${says('SIGINT', then)} ${waits}`;
    const impatient = { endsOnInterrupt: true, signals: ['SIGINT'], patienceMs: 1000 } as const;
    expect(await launch(script, impatient)).toEqual({ status, stdout: 'ready\nSIGINT\nended\n' });
  },
);

test('codex that cannot be started is an error that names it', async () => {
  const { workFolder } = await testPlace();
  await expect(
    runCodex({ executable: workFolder, arguments: [], environment: {}, endsOnInterrupt: false }),
  ).rejects.toMatchObject({ code: 'CODEX_NOT_STARTED', message: expect.stringContaining(workFolder) });
});

// What gives up is a proxy that does not start; the real codex without one is in a race with its own first request.
test('giving up ends codex as SIGTERM does', async () => {
  const giveUp = new AbortController();
  const running = runCodex({
    executable: process.execPath,
    arguments: ['-e', 'setInterval(() => {}, 1000)'],
    environment: process.env,
    endsOnInterrupt: false,
    giveUp: giveUp.signal,
  });
  giveUp.abort();
  expect(await within(20_000, 'the end', running)).toBe(143);
});

test('arguments too long for the system are an error that tells the way around', async () => {
  const input = { executable: process.execPath, arguments: ['x'.repeat(3_000_000)], environment: {} };
  await expect(runCodex({ ...input, endsOnInterrupt: true })).rejects.toMatchObject({
    code: 'CODEX_NOT_STARTED',
    hint: expect.stringContaining('codex-glm exec - < FILE'),
  });
});
