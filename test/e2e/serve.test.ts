import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDemoServer } from '../../src/demo/server.ts';
import { startProxy } from '../../src/proxy/server.ts';
import { chatServer, chatServerOver } from '../helpers/chat-server.ts';
import { within } from '../helpers/deadline.ts';
import { leftProcesses } from '../helpers/processes.ts';
import { testPlace } from '../helpers/test-place.ts';

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

test.each([
  [{ text: 'cut', finishReason: 'length' }, 'length'],
  [{ text: 'cut', finishReason: 'sensitive' }, 'content_filter'],
])('an answer that the provider cuts short: %j ends with finish_reason %s', async (answer, reason) => {
  const { server } = await chatServerOver(() => answer);
  const messages = [{ role: 'user' as const, content: 'x' }];
  const whole = await server.openai.chat.completions.create({ model: '', messages });
  expect(whole.choices[0]).toMatchObject({ finish_reason: reason, message: { content: 'cut' } });
  const stream = await server.openai.chat.completions.create({ model: '', messages, stream: true });
  const reasons: unknown[] = [];
  for await (const { choices } of stream) reasons.push(choices[0]?.finish_reason);
  expect(reasons.at(-1)).toBe(reason);
});

test('a message that breaks off and is asked for again is told once, streamed or whole', async () => {
  const { server } = await chatServerOver((_, index) =>
    index % 2 === 0
      ? { cut: { text: 'A sentence that is rather long' } }
      : { text: 'A sentence that is rather long, and ends.' },
  );
  const messages = [{ role: 'user' as const, content: 'x' }];
  const whole = await server.openai.chat.completions.create({ model: '', messages });
  expect(whole.choices[0]?.message.content).toBe('A sentence that is rather long, and ends.');
  const stream = server.openai.chat.completions.stream({ model: '', messages });
  expect((await stream.finalChatCompletion()).choices[0]?.message.content).toBe(
    'A sentence that is rather long, and ends.',
  );
});

test('an answer of which a filter left nothing is told in words', async () => {
  const { server } = await chatServerOver(() => ({ finishReason: 'sensitive' }));
  const response = await server.send('/v1/chat/completions', { messages: [{ role: 'user', content: 'x' }] });
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('content filter') } });
});

test('a failed turn is not run again by an SDK that retries', async () => {
  const { provider, server } = await chatServerOver(() => ({ text: 'forty-two' }));
  const eager = server.openai.withOptions({ maxRetries: 3 });
  const messages = [{ role: 'user' as const, content: 'x' }];
  const asked = eager.chat.completions.create({ model: '', messages, response_format: { type: 'json_object' } });
  await expect(asked).rejects.toMatchObject({ status: 502 });
  // one turn: within it the proxy has asked for JSON once more
  expect(provider.requests).toHaveLength(2);
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
  const { server } = await chatServerOver([step]);
  const messages = [{ role: 'user', content: 'x' }];
  const response = await server.send('/v1/chat/completions', { stream: true, messages });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(words) } });
});

test('a server that is closed ends its streams with an error and interrupts their turns', async () => {
  const { place, server } = await chatServerOver([{ hang: { reasoning: 'Hm.' } }]);
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

/** A call that codex asks its client about. */
function escalated(cmd: string) {
  const why = { sandbox_permissions: 'require_escalated', justification: 'to see' };
  return { name: 'exec_command', arguments: { cmd, login: false, ...why } };
}

test('what a rule allows is approved, and everything else declined', async () => {
  const { provider, server } = await chatServerOver(
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

test("a codex home of one's own is served with its own provider and threads, and no file of its owner changes", async () => {
  const place = await testPlace();
  const demo = await startDemoServer();
  const responses = await startProxy({ provider: 'openai-compatible', baseUrl: demo.baseUrl, token: false });
  onTestFinished(async () => {
    await responses.close();
    await demo.close();
  });
  const home = join(place.userHome, 'codex');
  await mkdir(join(home, 'prompts'), { recursive: true });
  const owned: Record<string, string> = {
    'config.toml': `model = "glm-5.3"\nmodel_provider = "own"\n[model_providers.own]\nname = "Own"\nbase_url = "${responses.url}"\n`,
    'auth.json': '{"OPENAI_API_KEY": "sk-of-the-owner"}',
    'AGENTS.md': 'Be kind.\n',
    'prompts/mine.md': 'Do it.\n',
  };
  for (const [name, text] of Object.entries(owned)) await writeFile(join(home, name), text);
  const setup = { environment: { CODEX_GLM_SERVE_CODEX_HOME: home } };
  const { openai, sessionsFile, engine } = await chatServer(place, setup);
  const answer = await openai.chat.completions.create({
    model: '',
    user: 'ann',
    messages: [{ role: 'user', content: 'Hello' }],
  });
  expect(answer.choices[0]?.message.content).toContain('codex-glm demo');
  for (const [name, text] of Object.entries(owned)) expect(await readFile(join(home, name), 'utf8'), name).toBe(text);
  // its threads are in it, and what we remember is not
  expect(await engine.listThreads({})).toHaveLength(1);
  const names = await readdir(home, { recursive: true });
  expect(names.some((name) => name.startsWith('sessions/'))).toBe(true);
  expect(names.filter((name) => /serve|codex-glm|catalog/.test(name))).toEqual([]);
  expect(sessionsFile.startsWith(place.glmHome)).toBe(true);
});

test('models are listed with their efforts; health needs no key, everything else does', async () => {
  const { url, openai } = await chatServer(await testPlace());
  const ids = (await openai.models.list()).data.map(({ id }) => id);
  expect(ids).toContain('glm-5.3');
  expect(ids).toContain('glm-5.3:high');
  expect(await openai.models.retrieve('glm-5.3:high')).toMatchObject({ id: 'glm-5.3:high', object: 'model' });
  await expect(openai.models.retrieve('glm-0')).rejects.toMatchObject({ status: 404 });
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

test('a line is written for each request, refused ones too, and never content', async () => {
  const { url, send, log } = await chatServer(await testPlace(), { environment: { CODEX_LOG_REQUESTS: 'true' } });
  const lines = () => log.filter(({ level }) => level === 'info');
  const ask = async (body: unknown, count: number) => {
    await (await send('/v1/chat/completions', body)).text();
    await expect.poll(() => lines().length, { timeout: 5000, interval: 5 }).toBe(count);
  };
  await ask({ user: 'ann', messages: [{ role: 'user', content: 'canary' }] }, 1);
  await ask({ user: 'ann', model: 'gpt-4o', sandbox: 'read-only', messages: [{ role: 'user', content: 'canary' }] }, 2);
  await (await fetch(`${url}/models`)).text();
  await expect.poll(() => lines().length, { timeout: 5000, interval: 5 }).toBe(3);
  const post = { message: 'POST /v1/chat/completions' };
  expect(lines()).toMatchObject([
    { ...post, fields: { session: 'ann', model: 'glm-5.3', status: 200, clientLeft: false } },
    { ...post, fields: { session: 'ann', model: 'gpt-4o', status: 403 } },
    { message: 'GET /v1/models', fields: { status: 401 } },
  ]);
  expect(JSON.stringify(log)).not.toContain('canary');
});
