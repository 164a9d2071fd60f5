import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { within } from '../helpers/deadline.ts';
import { leftProcesses } from '../helpers/processes.ts';
import { openLauncher } from '../helpers/pty.ts';
import { launcherPath, runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider, type Script } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

const echo: Script = (request) => {
  const last = request.messages.findLast(({ role }) => role === 'user')?.content;
  return { text: `You said: ${typeof last === 'string' ? last : 'something'}` };
};

test('chat works in a pipe, one message in each line, and goes on where it was left', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat'];
  const environment = { ZAI_API_KEY: 'a.b' };
  const first = await runLauncher(place, args, { environment, input: 'one\n\ntwo' });
  expect(first).toMatchObject({ status: 0, stdout: 'You said: one\nYou said: two\n', stderr: '' });
  const second = await runLauncher(place, args, { environment, input: 'three\n/reset\nfour\n/exit\nnever\n' });
  expect(second).toMatchObject({ status: 0, stdout: 'You said: three\nYou said: four\n' });
  const texts = provider.requests.map(({ body }) => body.messages.map(({ content }) => content));
  expect(texts[2]).toEqual(expect.arrayContaining(['one', 'two', 'three']));
  expect(texts[3]).not.toContain('three');
  expect(await leftProcesses(place)).toEqual([]);

  const third = await runLauncher(place, args, { environment, input: '/resume\n/resume 2\nfive\n/resume 9\n' });
  expect(third.stderr).toMatch(/1 {2}four\n2 {2}one\nIt goes on.\nThere is no conversation 9/);
  expect(provider.requests.at(-1)?.body.messages.map(({ content }) => content)).toEqual(
    expect.arrayContaining(['one', 'three', 'five']),
  );
});

test('an answer that breaks off and comes again is written once', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([
    { cut: { text: 'A rather long answer' } },
    { text: 'A rather long answer.' },
  ]);
  const run = await runLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat'], {
    environment: { ZAI_API_KEY: 'a.b' },
    input: 'one\n',
  });
  expect(run).toMatchObject({ status: 0, stdout: 'A rather long answer.\n' });
});

test('a message that is not answered is said on stderr, and is the exit status of a pipe', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ status: 400, body: { error: { code: '1210', message: 'odd' } } }]);
  const run = await runLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat'], {
    environment: { ZAI_API_KEY: 'a.b' },
    input: 'one\n',
  });
  expect(run).toMatchObject({ status: 1, stdout: '\n', stderr: expect.stringContaining('odd') });
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s ends a chat in a pipe at once, whatever is still to be said', async (signal, status) => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ hang: { text: 'wait' } }]);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat'];
  const child = spawn(process.execPath, [launcherPath, ...args], {
    cwd: place.workFolder,
    env: { ...place.environment, ZAI_API_KEY: 'a.b' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.write('one\ntwo\nthree\n');
  await within(20_000, 'the answer begins', once(child.stdout, 'data'));
  child.kill(signal);
  expect(await within(10_000, 'the chat ends', ended)).toBe(status);
  expect(provider.requests).toHaveLength(1);
  expect(await leftProcesses(place)).toEqual([]);
});

test('a conversation that codex has lost is begun anew, and that is said', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat'];
  const environment = { ZAI_API_KEY: 'a.b' };
  await runLauncher(place, args, { environment, input: 'one\n' });
  rmSync(join(place.glmHome, 'codex-home/sessions'), { recursive: true });
  const run = await runLauncher(place, args, { environment, input: 'two\nthree\n' });
  expect(run).toMatchObject({ status: 0, stdout: 'You said: two\nYou said: three\n' });
  expect(run.stderr.match(/codex has no record of the last conversation/g)).toHaveLength(1);
});

test('chat --help is about the chat, and a wrong setting is said before codex starts', async () => {
  const place = await testPlace();
  const help = await runLauncher(place, ['chat', '--help']);
  expect(help).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/\/resume[^]*--workdir/) });
  const wrong = await runLauncher(place, ['chat', '--sandbox', 'open'], { input: 'x\n' });
  expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('--sandbox must be read-only') });
});

test('a second chat in a folder begins a conversation of its own while the first one runs', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  Object.assign(place.environment, { ZAI_API_KEY: 'a.b' });
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat'];
  const first = openLauncher(place, args);
  await first.waitFor(/A new conversation\./);
  first.type('one\r');
  await first.waitFor(/You said: one\n>$/);
  const second = openLauncher(place, args);
  await second.waitFor(/Another chat goes on/);
  second.type('two\r');
  await second.waitFor(/You said: two\n>$/);
  expect(provider.requests[1]?.body.messages.map(({ content }) => content)).not.toContain('one');
  first.type('/exit\r');
  second.type('/exit\r');
  expect(await Promise.all([first.waitForExit(), second.waitForExit()])).toEqual([0, 0]);
});

test('chat in a terminal: wide text is edited, paths are no commands, Ctrl-C clears and then leaves', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  Object.assign(place.environment, { ZAI_API_KEY: 'a.b' });
  const terminal = openLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat']);
  await terminal.waitFor(/>$/);
  terminal.type('你好，世界界\u007f\r');
  await terminal.waitFor(/You said: 你好，世界\n>$/);
  terminal.type('/etc/hosts 是什么\r');
  await terminal.waitFor(/You said: \/etc\/hosts 是什么\n>$/);
  terminal.type('/frob\r');
  await terminal.waitFor(/There is no command \/frob\./);
  terminal.type('/model odd:high\r');
  await terminal.waitFor(/From now on odd, effort high; \/model does not list it\./);
  terminal.type('half');
  await terminal.waitFor(/> half$/);
  terminal.press('interrupt');
  await terminal.waitFor(/> half\n>$/);
  terminal.press('interrupt');
  expect(await terminal.waitForExit()).toBe(0);
  expect(await leftProcesses(place)).toEqual([]);
});

test('chat in a terminal: what a model says cannot move the cursor or clear the screen; a pipe gets it as it is', async () => {
  const place = await testPlace();
  const text = 'first\u001b[2J\u001b[H\rsecond\u009b31m\n\tthird\u0007';
  const provider = await startStrictProvider(() => ({ reasoning: 'hm\u001b[2J', text }));
  Object.assign(place.environment, { ZAI_API_KEY: 'a.b' });
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat'];
  const terminal = openLauncher(place, args);
  await terminal.waitFor(/>$/);
  terminal.type('say\r');
  await terminal.waitFor(/> say\nhm\[2J\nfirst\[2J\[Hsecond31m\n +third\n>$/);
  terminal.type('/exit\r');
  expect(await terminal.waitForExit()).toBe(0);
  expect((await runLauncher(place, args, { input: 'say\n' })).stdout).toBe(`${text}\n`);
});

test('chat in a terminal: what is pasted is one message, and the terminal is given back', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  Object.assign(place.environment, { ZAI_API_KEY: 'a.b' });
  const terminal = openLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat']);
  await terminal.waitFor(/>$/);
  terminal.type('\u001b[200~thrown\raway\u001b[201~');
  await terminal.waitFor(/thrown\naway$/);
  terminal.press('interrupt');
  await terminal.waitFor(/away\n>$/);
  terminal.type('\u001b[200~one\r  two\rthree\u001b[201~ four\r');
  await terminal.waitFor(/You said: one\n {2}two\nthree four\n>$/);
  expect(provider.requests).toHaveLength(1);
  expect(terminal.modes().bracketedPaste).toBe(true);
  terminal.type('/exit\r');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.modes().bracketedPaste).toBe(false);
});

test('chat in a terminal: Ctrl-C stops an answer, models are chosen, /exit leaves', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider((request, index) =>
    index === 0 ? { hang: { text: 'never' } } : { text: `by ${request.model} ${request.reasoning_effort}` },
  );
  Object.assign(place.environment, { ZAI_API_KEY: 'a.b' });
  const terminal = openLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'chat']);
  await terminal.waitFor(/A new conversation\. \/help\n>$/);
  terminal.type('one\r');
  await terminal.waitFor(/> one\nnever/);
  terminal.press('interrupt');
  await terminal.waitFor(/> one\nnever\n>$/);
  terminal.type('/model glm-5.3-flash:low\r');
  terminal.type('two\r');
  await terminal.waitFor(/by glm-5\.3-flash low/);
  terminal.type('/exit\r');
  expect(await terminal.waitForExit()).toBe(0);
  expect(await leftProcesses(place)).toEqual([]);
});
