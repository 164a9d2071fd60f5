import { rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDemoServer } from '../../src/demo/server.ts';
import { startProxy } from '../../src/proxy/server.ts';
import type { Engine } from '../../src/reverse/engine.ts';
import { chatServer, type ChatServerUnderTest } from '../helpers/chat-server.ts';
import { within } from '../helpers/deadline.ts';
import { leftProcesses, processesOf } from '../helpers/processes.ts';
import { startStrictProvider, type Script } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

/** What a chat request held for the model, without codex's own context. */
function saidTo(request: { body: { messages: { role: string; content: unknown }[] } } | undefined): string[] {
  const messages = request?.body.messages ?? [];
  return messages
    .filter(({ role, content }) => role !== 'system' && !String(content).includes('<environment_context>'))
    .map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : JSON.stringify(content)}`);
}

async function serverWith(script: Script, environment: Record<string, string> = {}) {
  const place = await testPlace();
  const provider = await startStrictProvider(script);
  const flags = { provider: 'zai', baseUrl: provider.baseUrl };
  const server = await chatServer(place, { flags, environment: { ZAI_API_KEY: 'a.b', ...environment } });
  return { place, provider, server };
}

/** A PNG of one pixel, in base64. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const echo: Script = (request) => {
  const last = request.messages.findLast(({ role }) => role === 'user')?.content;
  return { reasoning: 'I repeat it.', text: `You said: ${typeof last === 'string' ? last : 'something'}` };
};

test('a job is done by codex, streamed with reasoning, and its usage is that of all its requests', async () => {
  const place = await testPlace();
  const { openai } = await chatServer(place, { environment: { CODEX_SANDBOX_MODE: 'workspace-write' } });
  const stream = await openai.chat.completions.create({
    model: 'glm-5.3',
    messages: [{ role: 'user', content: 'Create hello.js that prints hello' }],
    stream: true,
    stream_options: { include_usage: true },
  });
  let content = '';
  let reasoning = '';
  const finishReasons: unknown[] = [];
  let usage;
  for await (const chunk of stream) {
    const [choice] = chunk.choices;
    content += choice?.delta.content ?? '';
    reasoning += (choice?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? '';
    if (choice?.finish_reason) finishReasons.push(choice.finish_reason);
    usage = chunk.usage ?? usage;
  }
  expect(content).toBe('I created hello.js and ran `node hello.js`. It printed:\n\nhello');
  expect(reasoning).toContain('First I look at what is in the folder.\n\nThere is no hello.js yet');
  expect(finishReasons).toEqual(['stop']);
  expect(await readFile(join(place.workFolder, 'hello.js'), 'utf8')).toContain('hello');
  // four requests of over 5000 tokens each
  expect(usage?.prompt_tokens).toBeGreaterThan(20_000);
  expect(usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThan(1000);
  expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
});

test('two interleaved sessions never mix, and only the latest message goes to a thread that has the rest', async () => {
  const { provider, server } = await serverWith(echo);
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

test('without a session the whole conversation goes to the model with its roles, and nothing is kept', async () => {
  const { provider, server } = await serverWith(echo);
  const completion = await server.openai.chat.completions.create({
    model: 'glm-5.3:low',
    messages: [
      { role: 'system', content: 'Speak like a pirate.' },
      { role: 'user', content: 'What is the weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
      { role: 'assistant', content: 'Sunny.' },
      { role: 'user', content: 'And tomorrow?' },
    ],
  });
  expect(completion.choices[0]?.message.content).toBe('You said: And tomorrow?');
  expect(completion.model).toBe('glm-5.3');
  expect(saidTo(provider.requests[0])).toEqual([
    'user: What is the weather?',
    'assistant: ',
    'tool: sunny',
    'assistant: Sunny.',
    'user: And tomorrow?',
  ]);
  const [first] = provider.requests;
  expect(first?.body.messages[0]?.content).toContain('Speak like a pirate.');
  expect(first?.body.reasoning_effort).toBe('low');
  expect(await server.engine.listThreads({})).toEqual([]);
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

test.each([
  [{ text: 'cut', finishReason: 'length' }, 'length'],
  [{ text: 'cut', finishReason: 'sensitive' }, 'content_filter'],
])('an answer that the provider cuts short: %j ends with finish_reason %s', async (answer, reason) => {
  const { server } = await serverWith(() => answer);
  const messages = [{ role: 'user' as const, content: 'x' }];
  const whole = await server.openai.chat.completions.create({ model: '', messages });
  expect(whole.choices[0]).toMatchObject({ finish_reason: reason, message: { content: 'cut' } });
  const stream = await server.openai.chat.completions.create({ model: '', messages, stream: true });
  const reasons: unknown[] = [];
  for await (const { choices } of stream) reasons.push(choices[0]?.finish_reason);
  expect(reasons.at(-1)).toBe(reason);
});

test('an answer of which a filter left nothing is told in words', async () => {
  const { server } = await serverWith(() => ({ finishReason: 'sensitive' }));
  const response = await server.send('/v1/chat/completions', { messages: [{ role: 'user', content: 'x' }] });
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('content filter') } });
});

test('a failed turn is not run again by an SDK that retries', async () => {
  const { provider, server } = await serverWith(() => ({ text: 'forty-two' }));
  const eager = server.openai.withOptions({ maxRetries: 3 });
  const messages = [{ role: 'user' as const, content: 'x' }];
  const asked = eager.chat.completions.create({ model: '', messages, response_format: { type: 'json_object' } });
  await expect(asked).rejects.toMatchObject({ status: 502 });
  // one turn: within it the proxy has asked for JSON once more
  expect(provider.requests).toHaveLength(2);
});

test('without a session nothing of the conversation is lost: images of all, results without a call', async () => {
  const { provider, server } = await serverWith(() => ({ text: 'Seen.' }));
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${dot}` } };
  const call = { id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } };
  const response = await server.send('/v1/chat/completions', {
    model: 'glm-5v-turbo',
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'First' }, image] },
      { role: 'assistant', content: [{ type: 'text', text: 'Second' }, image], tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: [{ type: 'text', text: 'Third' }, image] },
      { role: 'tool', tool_call_id: 'unknown', content: 'Fourth' },
      { role: 'user', content: [{ type: 'text', text: 'Fifth' }, image] },
    ],
  });
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Seen.' } }] });
  const told = JSON.stringify(provider.requests[0]?.body.messages);
  expect(told.match(/First|Second|Third|Fourth|Fifth/g)).toEqual(['First', 'Second', 'Third', 'Fourth', 'Fifth']);
  expect(told.split(dot)).toHaveLength(5);
});

test('a changed system message reaches a running session once', async () => {
  const { provider, server } = await serverWith(echo);
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

/** Less than 5 s, after which a codex is given up that was told to stop and does not; time enough on a crowded machine. */
const promptlyMs = 4000;

test('a client that leaves stops its turn promptly, and the session goes on', async () => {
  const { provider, server } = await serverWith((_, index) =>
    index === 0 ? { hang: { text: 'wait' } } : { text: 'Here.' },
  );
  const controller = new AbortController();
  const request = { session_id: 's', stream: true, messages: [{ role: 'user', content: 'one' }] };
  const response = await server.send('/v1/chat/completions', request, {}, controller.signal);
  const began = Date.now();
  controller.abort();
  await response.text().catch(() => 'left');
  // the next turn of the session begins only when the first has ended
  const next = await server.send('/v1/chat/completions', { ...request, stream: false });
  const text = await next.text();
  expect(Date.now() - began).toBeLessThan(promptlyMs);
  expect(text).toContain('Here.');
  expect(provider.requests).toHaveLength(2);
});

test.each([
  ['a client that leaves', async (_: Engine, leave: () => void) => leave()],
  ['a killed app-server', async (engine: Engine) => void process.kill((await engine.pid()) as number, 'SIGKILL')],
])('%s stops the shell command of its turn promptly', async (_, stop) => {
  const { place, server } = await serverWith([
    { calls: [{ name: 'exec_command', arguments: { cmd: 'sleep 87', login: false } }] },
  ]);
  const sleeping = async () => (await processesOf(place)).some(({ command }) => command === 'sleep 87');
  const controller = new AbortController();
  const messages = [{ role: 'user', content: 'x' }];
  const response = server.send('/v1/chat/completions', { messages }, {}, controller.signal).catch(() => undefined);
  await expect.poll(sleeping, { timeout: 30_000, interval: 20 }).toBe(true);
  await stop(server.engine, () => controller.abort());
  await expect.poll(sleeping, { timeout: promptlyMs, interval: 20 }).toBe(false);
  expect((await response)?.status).not.toBe(200);
});

test('a session is reset by the endpoint and by deleting the file', async () => {
  const { provider, server } = await serverWith(echo);
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
  const { server } = await serverWith([{ hang: { text: 'wait' } }], {
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

test.each([
  ["the provider's limit", { status: 429, body: { error: { code: '1308', message: 'used up' } } }, 429, 'used up'],
  [
    "the provider's refusal of its key",
    { status: 401, body: { error: { code: '1000', message: 'bad key' } } },
    502,
    'bad key',
  ],
  ['a request the provider refuses', { status: 400, body: { error: { code: '1210', message: 'odd' } } }, 400, 'odd'],
])('%s is told with a true status and its own words', async (_, step, status, words) => {
  const { server } = await serverWith([step]);
  const messages = [{ role: 'user', content: 'x' }];
  const response = await server.send('/v1/chat/completions', { stream: true, messages });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(words) } });
});

test('a codex that dies in the middle of a turn is told in the stream, and the session goes on', async () => {
  const { server } = await serverWith((_, index) => (index === 0 ? { hang: { reasoning: 'Hm.' } } : { text: 'Here.' }));
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

test('a server that is closed ends its streams with an error and interrupts their turns', async () => {
  const { place, server } = await serverWith([{ hang: { reasoning: 'Hm.' } }]);
  const stream = await server.openai.chat.completions.create({
    model: '',
    messages: [{ role: 'user', content: 'x' }],
    stream: true,
  });
  const reading = (async () => {
    for await (const chunk of stream) if (chunk.choices[0]?.delta.role) void server.close();
  })();
  await expect(within(20_000, 'the error', reading)).rejects.toMatchObject({ code: 'proxy_closed' });
  await server.close();
  expect(await leftProcesses(place)).toEqual([]);
});

test('an image reaches a model that sees, whatever form it came in', async () => {
  const { provider, server } = await serverWith([{ text: 'A dot.' }]);
  const content = [
    { type: 'text' as const, text: 'What is it?' },
    { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${dot}` } },
  ];
  const answer = await server.openai.chat.completions.create({
    model: 'glm-5v-turbo',
    messages: [{ role: 'user', content }],
  });
  expect(answer.choices[0]?.message.content).toBe('A dot.');
  expect(JSON.stringify(provider.requests[0]?.body.messages)).toContain('data:image/png;base64,');
});

/** A call that codex asks its client about. */
function escalated(cmd: string) {
  const why = { sandbox_permissions: 'require_escalated', justification: 'to see' };
  return { name: 'exec_command', arguments: { cmd, login: false, ...why } };
}

test('what a rule allows is approved, and everything else declined', async () => {
  const { provider, server } = await serverWith(
    [{ calls: [escalated('echo allowed')] }, { calls: [escalated('echo other')] }, { text: 'Done.' }],
    { CODEX_APPROVAL_POLICY: 'on-request', CODEX_GLM_SERVE_APPROVE: 'echo allowed' },
  );
  await server.openai.chat.completions.create({ model: '', messages: [{ role: 'user', content: 'x' }] });
  const outputs = provider.requests[2]?.body.messages
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => content);
  expect(outputs?.[0]).toMatch(/exited with code 0[^]*allowed/);
  expect(outputs?.[1]).not.toMatch(/exited with code 0/);
});

test("a codex home of one's own is served with its own provider, and nothing of ours is put into it", async () => {
  const place = await testPlace();
  const demo = await startDemoServer();
  const responses = await startProxy({ provider: 'openai-compatible', baseUrl: demo.baseUrl, token: false });
  onTestFinished(async () => {
    await responses.close();
    await demo.close();
  });
  const home = join(place.userHome, 'codex');
  await mkdir(home);
  const config = `model = "glm-5.3"\nmodel_provider = "own"\n[model_providers.own]\nname = "Own"\nbase_url = "${responses.url}"\n`;
  await writeFile(join(home, 'config.toml'), config);
  const { openai } = await chatServer(place, { environment: { CODEX_GLM_SERVE_CODEX_HOME: home } });
  const answer = await openai.chat.completions.create({ model: '', messages: [{ role: 'user', content: 'Hello' }] });
  expect(answer.choices[0]?.message.content).toContain('codex-glm demo');
  expect(await readFile(join(home, 'config.toml'), 'utf8')).toBe(config);
});

test('structured output is parsed by the SDK, and a wrong one is an error', async () => {
  const schema = {
    type: 'object',
    properties: { answer: { type: 'number' } },
    required: ['answer'],
    additionalProperties: false,
  };
  const { server } = await serverWith((_, index) => ({ text: index === 0 ? '{"answer": 42}' : 'forty-two' }));
  const request = {
    model: 'glm-5.3',
    messages: [{ role: 'user' as const, content: 'The answer?' }],
    response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema, strict: true } },
  };
  const parsed = await server.openai.chat.completions.parse(request);
  expect(parsed.choices[0]?.message.parsed).toEqual({ answer: 42 });
  await expect(server.openai.chat.completions.create(request)).rejects.toMatchObject({ status: 502 });
  const missing = { ...request, response_format: { type: 'json_schema' } };
  expect((await server.send('/v1/chat/completions', missing)).status).toBe(400);
});

test('models are listed with their efforts; health needs no key, everything else does', async () => {
  const { url, openai } = await chatServer(await testPlace());
  const ids = (await openai.models.list()).data.map(({ id }) => id);
  expect(ids).toContain('glm-5.3');
  expect(ids).toContain('glm-5.3:high');
  expect((await fetch(new URL('/health', url))).status).toBe(200);
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { 'x-api-key': '' }]) {
    const refused = await fetch(`${url}/models`, { headers: headers as Record<string, string> });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
  }
  expect((await fetch(`${url}/models`, { headers: { 'x-api-key': 'sk-of-the-test' } })).status).toBe(200);
});

test('progress is told as named events that plain clients pass over', async () => {
  const place = await testPlace();
  const { send } = await chatServer(place, { environment: { CODEX_GLM_SERVE_PROGRESS: 'events' } });
  const response = await send('/v1/chat/completions', {
    stream: true,
    messages: [{ role: 'user', content: 'Create hello.js that prints hello' }],
  });
  const text = await within(20_000, 'the stream', response.text());
  const events = text.split('\n\n').filter((frame) => frame.startsWith('event: codex.item\n'));
  const items = events.map(
    (frame) => JSON.parse(frame.split('\ndata: ')[1] ?? '') as { choices: unknown; codex_item: unknown },
  );
  expect(items[0]).toMatchObject({
    choices: [],
    codex_item: { type: 'command_execution', command: expect.stringContaining('ls') },
  });
  expect(text).toContain('data: [DONE]');
});

test.each([
  ['a body over the limit', { messages: [{ role: 'user', content: 'x'.repeat(3000) }] }, 413],
  ['no messages', { messages: [] }, 400],
  ['no JSON', '{', 400],
  ['no session where one is required', { messages: [{ role: 'user', content: 'hi' }] }, 400],
  [
    'a sandbox that the operator does not leave to requests',
    { session_id: 's', sandbox: 'danger-full-access', messages: [{ role: 'user', content: 'hi' }] },
    403,
  ],
  [
    'an image by path',
    { session_id: 's', messages: [{ role: 'user', content: [{ type: 'local_image', path: '/etc/passwd' }] }] },
    403,
  ],
  [
    'an image inside of the network',
    {
      session_id: 's',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://127.0.0.1/x.png' } }] }],
    },
    400,
  ],
])('%s is refused', async (_, body, status) => {
  const { send } = await chatServer(await testPlace(), {
    environment: { CODEX_JSON_LIMIT: '2kb', CODEX_REQUIRE_SESSION_ID: 'true' },
  });
  const response = await send('/v1/chat/completions', body);
  expect(response.status).toBe(status);
  expect(await response.json()).toHaveProperty('error.message');
});
