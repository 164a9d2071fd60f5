import { writeFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { findCodex } from '../../src/launch/binary/find-codex.ts';
import { startEngine } from '../../src/reverse/engine/engine.ts';
import { chatServer } from '../helpers/chat-server.ts';
import { within } from '../helpers/deadline.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

async function engineOf(...args: string[]) {
  const place = await testPlace();
  const { executable } = findCodex({ environment: place.environment });
  const environment = { ...place.environment, CODEX_HOME: place.userHome };
  const command = { executable, arguments: [...args, 'app-server'], environment };
  const log: string[] = [];
  const engine = startEngine({ command, approvalRules: [], log: ({ message }) => void log.push(message) });
  onTestFinished(() => engine.close());
  return { engine, place, log };
}

test('a codex that cannot start is an error with its own words, each time it is asked for', async () => {
  const { engine } = await engineOf('-c', 'model_reasoning_effort=[1]');
  for (let times = 0; times < 2; times++) {
    await expect(within(20_000, 'the refusal', engine.pid())).rejects.toMatchObject({
      code: 'CODEX_NOT_STARTED',
      message: expect.stringContaining('model_reasoning_effort'),
    });
  }
});

test('a codex that is killed again and again is started again', async () => {
  const { engine, log } = await engineOf();
  const pids = new Set<number | undefined>();
  for (let times = 0; times < 3; times++) {
    const pid = await within(20_000, 'a process', engine.pid());
    pids.add(pid);
    process.kill(pid as number, 'SIGKILL');
    await expect.poll(() => log.length, { timeout: 10_000, interval: 10 }).toBe(times + 1);
  }
  const { models } = await within(20_000, 'its models', engine.models('/'));
  expect(models.length).toBeGreaterThan(0);
  expect(pids.size).toBe(3);
});

test('a thread that codex does not have is a 404', async () => {
  const { engine } = await engineOf();
  const unknown = '00000000-0000-7000-8000-000000000000';
  await expect(engine.resumeThread(unknown, {})).rejects.toMatchObject({ status: 404 });
});

test('after it is closed nothing is started any more', async () => {
  const { engine } = await engineOf();
  await engine.pid();
  await engine.close();
  await expect(engine.pid()).rejects.toMatchObject({ code: 'PROXY_CLOSED' });
});

test('a silent turn opens the stream and keeps it alive with comments', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ hang: { reasoning: 'Hm.' } }]);
  const { send } = await chatServer(place, {
    flags: { provider: 'zai', baseUrl: provider.baseUrl },
    environment: { ZAI_API_KEY: 'a.b', CODEX_GLM_SERVE_REASONING: 'off' },
    server: { headersWaitMs: 50, heartbeatMs: 20 },
  });
  const leave = new AbortController();
  const messages = [{ role: 'user', content: 'x' }];
  const response = await send('/v1/chat/completions', { stream: true, messages }, {}, leave.signal);
  let text = '';
  const reading = (async () => {
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes).toString();
      if (text.split(': keep-alive\n\n').length > 3) return;
    }
  })();
  await within(20_000, 'comments', reading);
  leave.abort();
  expect(text).toMatch(/^data: .*"role":"assistant".*\n\n(: keep-alive\n\n)+/);
});

test('a session whose thread was lost begins again with all that the client knows', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(() => ({ text: 'Yes.' }));
  const setup = { flags: { provider: 'zai', baseUrl: provider.baseUrl }, environment: { ZAI_API_KEY: 'a.b' } };
  const { openai, sessionsFile } = await chatServer(place, setup);
  const lost = { id: 'ann', threadId: '00000000-0000-7000-8000-000000000000', instructionsHash: '' };
  await openai.models.list();
  await writeFile(sessionsFile, JSON.stringify({ sessions: [lost] }));
  const messages = [
    { role: 'user' as const, content: 'one' },
    { role: 'assistant' as const, content: 'two' },
    { role: 'user' as const, content: 'three' },
  ];
  await openai.chat.completions.create({ model: '', user: 'ann', messages });
  const texts = provider.requests[0]?.body.messages.map(({ content }) => content);
  expect(texts).toEqual(expect.arrayContaining(['one', 'two', 'three']));
});
