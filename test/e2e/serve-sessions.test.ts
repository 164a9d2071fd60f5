import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Engine } from '../../src/reverse/engine/engine.ts';
import { chatServer, chatServerOver, echo, saidTo, type ChatServerUnderTest } from '../helpers/chat-server.ts';
import { within } from '../helpers/deadline.ts';
import { leftProcesses, processesOf } from '../helpers/processes.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

test('two interleaved sessions never mix, and only the latest message goes to a thread that has the rest', async () => {
  const { provider, server } = await chatServerOver(echo);
  const say = async (session: string, ...texts: string[]) => {
    const messages = texts.map((content) => ({ role: 'user', content }));
    const response = await server.send('/v1/chat/completions', { session_id: session, messages });
    return ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content;
  };
  await Promise.all([say('one', 'I am Ann'), say('two', 'I am Bob')]);
  const [ann, bob] = await Promise.all([say('one', 'not sent', 'Who am I?'), say('two', 'Who?')]);
  expect([ann, bob]).toEqual(['You said: Who am I?', 'You said: Who?']);
  const last = provider.requests.slice(2).map(saidTo).sort();
  expect(last).toEqual([
    ['user: I am Ann', 'assistant: You said: I am Ann', 'user: Who am I?'],
    ['user: I am Bob', 'assistant: You said: I am Bob', 'user: Who?'],
  ]);
});

test('a changed system message reaches a running session once', async () => {
  const { provider, server } = await chatServerOver(echo);
  for (const system of ['Be short.', 'Be long.', 'Be long.']) {
    const messages = [
      { role: 'system', content: system },
      { role: 'user', content: 'Hi' },
    ];
    await server.send('/v1/chat/completions', { user: 'ann', messages }).then((response) => response.text());
  }
  const texts = provider.requests.map(({ body }) => JSON.stringify(body.messages));
  expect(texts[0]).toContain('Be short.');
  expect(texts[1]).toContain('Be long.');
  expect(texts[2]?.split('Be long.')).toHaveLength(2);
});

test.each([
  [false, 'a running server'],
  [true, 'a restarted one'],
])('the latest system text is still there when codex has compacted the conversation (restart: %s)', async (restart) => {
  const place = await testPlace();
  // the second answer says that the window is nearly full
  const provider = await startStrictProvider((_, index) => ({
    text: 'Yes.',
    ...(index === 1 && { promptTokens: 990_000 }),
  }));
  const setup = { flags: { provider: 'zai', baseUrl: provider.baseUrl }, environment: { ZAI_API_KEY: 'a.b' } };
  let server = await chatServer(place, setup);
  const say = async (system: string, content: string) => {
    const messages = [
      { role: 'system', content: system },
      { role: 'user', content },
    ];
    const response = await server.send('/v1/chat/completions', { user: 'ann', messages });
    expect(response.status).toBe(200);
    await response.text();
  };
  await say('Be short.', 'one');
  await say('Be long.', 'two');
  if (restart) {
    await server.close();
    server = await chatServer(place, setup);
  }
  await say('Be long.', 'three');
  const texts = provider.requests.map(({ body }) => JSON.stringify(body.messages));
  expect(texts[2]).toContain('CONTEXT CHECKPOINT COMPACTION');
  expect(texts[3]).toContain('Be long.');
  expect(texts[3]).not.toContain('Be short.');
});

async function say({ openai }: ChatServerUnderTest, content: string): Promise<void> {
  await openai.chat.completions.create({ model: '', user: 'ann', messages: [{ role: 'user', content }] });
}

test('a session survives a killed app-server, and a restart of the server', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(echo);
  const setup = { flags: { provider: 'zai', baseUrl: provider.baseUrl }, environment: { ZAI_API_KEY: 'a.b' } };
  const first = await chatServer(place, setup);
  await say(first, 'one');
  process.kill((await first.engine.pid()) as number, 'SIGKILL');
  await say(first, 'two');
  await first.close();
  expect(await leftProcesses(place)).toEqual([]);
  await say(await chatServer(place, setup), 'three');
  expect(saidTo(provider.requests[2])).toEqual([
    'user: one',
    'assistant: You said: one',
    'user: two',
    'assistant: You said: two',
    'user: three',
  ]);
});

/** What a second of a quiet machine is here: as much longer as a plain turn takes, which is a tenth of that there. */
async function aSecondHere({ send }: ChatServerUnderTest): Promise<number> {
  const began = Date.now();
  const plain = await send('/v1/chat/completions', { messages: [{ role: 'user', content: 'x' }] });
  expect(plain.status).toBe(200);
  await plain.text();
  return 1000 + 2 * (Date.now() - began);
}

test('a client that leaves stops its turn within a second, and the session goes on', async () => {
  const { provider, server } = await chatServerOver((_, index) =>
    index === 1 ? { hang: { text: 'wait' } } : { text: 'Here.' },
  );
  const secondMs = await aSecondHere(server);
  const controller = new AbortController();
  const request = { session_id: 's', stream: true, messages: [{ role: 'user', content: 'one' }] };
  const response = await server.send('/v1/chat/completions', request, {}, controller.signal);
  const began = Date.now();
  controller.abort();
  await response.text().catch(() => 'left');
  // the next turn of the session begins only when the first has ended
  const next = await server.send('/v1/chat/completions', { ...request, stream: false });
  const text = await next.text();
  expect(Date.now() - began).toBeLessThan(secondMs);
  expect(text).toContain('Here.');
  expect(provider.requests).toHaveLength(3);
});

test.each([
  ['a client that leaves', async (_: Engine, leave: () => void) => leave()],
  ['a killed app-server', async (engine: Engine) => void process.kill((await engine.pid()) as number, 'SIGKILL')],
])('%s stops the shell command of its turn within a second', async (_, stop) => {
  const { place, server } = await chatServerOver([
    { text: 'Here.' },
    { calls: [{ name: 'exec_command', arguments: { cmd: 'sleep 87', login: false } }] },
  ]);
  const secondMs = await aSecondHere(server);
  const sleeping = async () => (await processesOf(place)).some(({ command }) => command === 'sleep 87');
  const controller = new AbortController();
  const messages = [{ role: 'user', content: 'x' }];
  const response = server.send('/v1/chat/completions', { messages }, {}, controller.signal).catch(() => undefined);
  await expect.poll(sleeping, { timeout: 30_000, interval: 20 }).toBe(true);
  await stop(server.engine, () => controller.abort());
  await expect.poll(sleeping, { timeout: secondMs, interval: 20 }).toBe(false);
  expect((await response)?.status).not.toBe(200);
});

test('a session is reset by the endpoint and by deleting the file', async () => {
  const { provider, server } = await chatServerOver(echo);
  const say = (content: string) =>
    server.openai.chat.completions.create(
      { model: '', messages: [{ role: 'user', content }] },
      { headers: { 'x-session-id': 's' } },
    );
  await say('one');
  const reset = await server.send('/v1/sessions/reset', { session_id: 's' });
  expect(await reset.json()).toMatchObject({ existed: true });
  await say('two');
  rmSync(server.sessionsFile);
  await say('three');
  expect(provider.requests.map(saidTo)).toEqual([['user: one'], ['user: two'], ['user: three']]);
});

test('a busy session is refused with 409, and one turn too many with 429', async () => {
  const { server } = await chatServerOver([{ hang: { text: 'wait' } }], {
    CODEX_GLM_SERVE_WHEN_BUSY: 'refuse',
    CODEX_GLM_SERVE_MAX_TURNS: '1',
  });
  const messages = [{ role: 'user', content: 'x' }];
  const leave = new AbortController();
  const hanging = await server.send(
    '/v1/chat/completions',
    { session_id: 'a', stream: true, messages },
    {},
    leave.signal,
  );
  for (const [session, status, code] of [
    ['a', 409, 'session_busy'],
    ['b', 429, 'too_many_turns'],
  ]) {
    const refused = await server.send('/v1/chat/completions', { session_id: session, messages });
    expect(refused.status).toBe(status);
    expect(await refused.json()).toMatchObject({ error: { code } });
  }
  leave.abort();
  await hanging.text().catch(() => '');
});

test('a codex that dies in the middle of a turn is told in the stream, and the session goes on', async () => {
  const { server } = await chatServerOver((_, index) =>
    index === 0 ? { hang: { reasoning: 'Hm.' } } : { text: 'Here.' },
  );
  const ask = (content: string) =>
    server.openai.chat.completions.create({
      model: '',
      user: 'ann',
      messages: [{ role: 'user', content }],
      stream: true,
    });
  const broken = await ask('one');
  const reading = (async () => {
    for await (const chunk of broken) {
      if (chunk.choices[0]?.delta.role) process.kill((await server.engine.pid()) as number, 'SIGKILL');
    }
  })();
  await expect(within(20_000, 'the error', reading)).rejects.toMatchObject({ code: 'codex_ended' });
  let text = '';
  for await (const chunk of await ask('two')) text += chunk.choices[0]?.delta.content ?? '';
  expect(text).toBe('Here.');
});

/** A job that the demo knows, in a session of its own. */
function job(name: string, word: string) {
  const messages = [{ role: 'user' as const, content: `Create ${name}.js that prints ${word}` }];
  return { model: 'glm-5.3:high', user: name, messages };
}

/** What the demo says when it is done. */
function done(what: string, name: string, word: string): string {
  return `${what} ${name}.js and ran \`node ${name}.js\`. It printed:\n\n${word}`;
}

test("the openai SDK's create, stream and parse talk in two sessions of the demo at once, turn by turn", async () => {
  const place = await testPlace();
  const { openai } = await chatServer(place, { environment: { CODEX_SANDBOX_MODE: 'workspace-write' } });
  const created = async (name: string, word: string) =>
    (await openai.chat.completions.create(job(name, word))).choices[0]?.message.content;
  const streamed = async (name: string, word: string) =>
    (await openai.chat.completions.stream(job(name, word)).finalChatCompletion()).choices[0]?.message.content;
  expect(await Promise.all([created('ann', 'one'), streamed('bob', 'two')])).toEqual([
    done('I created', 'ann', 'one'),
    done('I created', 'bob', 'two'),
  ]);
  expect(await Promise.all([streamed('ann', 'three'), created('bob', 'four')])).toEqual([
    done('I changed', 'ann', 'three'),
    done('I changed', 'bob', 'four'),
  ]);
  // the demo never speaks JSON: the SDK is told, and does not guess
  const parsing = openai.chat.completions.parse({ ...job('ann', 'five'), response_format: { type: 'json_object' } });
  await expect(parsing).rejects.toMatchObject({ status: 502 });
});
