import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chatServer, chatServerOver, dot, echo, saidTo } from '../helpers/chat-server.ts';
import { testPlace } from '../helpers/test-place.ts';

test('without a session the whole conversation goes to the model with its roles, and nothing is kept', async () => {
  const { provider, server } = await chatServerOver(echo);
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

test('without a session nothing of the conversation is lost: images of all, results without a call', async () => {
  const { provider, server } = await chatServerOver(() => ({ text: 'Seen.' }));
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

test('an image reaches a model that sees, whatever form it came in', async () => {
  const { provider, server } = await chatServerOver([{ text: 'A dot.' }]);
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

test('structured output is parsed by the SDK, and a wrong one is an error', async () => {
  const schema = {
    type: 'object',
    properties: { answer: { type: 'number' } },
    required: ['answer'],
    additionalProperties: false,
  };
  const { server } = await chatServerOver((_, index) => ({ text: index === 0 ? '{"answer": 42}' : 'forty-two' }));
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

test('a request chooses sandbox and folder for its own turn only, where the operator allows it', async () => {
  const place = await testPlace();
  await mkdir(join(place.workFolder, 'inner'));
  const { send } = await chatServer(place, { environment: { CODEX_GLM_SERVE_ALLOW: 'sandbox, workdir' } });
  const ask = async (name: string, own: Record<string, unknown>) => {
    const messages = [{ role: 'user', content: `Create ${name}.js that prints ${name}` }];
    const response = await send('/v1/chat/completions', { user: 'ann', messages, ...own });
    return ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content;
  };
  expect(await ask('one', { sandbox: 'workspace-write', workdir: 'inner' })).toContain('I created one.js');
  expect(await readdir(join(place.workFolder, 'inner'))).toEqual(['one.js']);
  expect(await ask('two', {})).toContain('two.js could not be written');
  expect(await readdir(place.workFolder)).toEqual(['.git', 'inner']);
  const outside = { user: 'ann', workdir: '..', messages: [{ role: 'user', content: 'x' }] };
  expect((await send('/v1/chat/completions', outside)).status).toBe(403);
});

test.each([
  ['a body over the limit', { messages: [{ role: 'user', content: 'x'.repeat(3000) }] }, 413, 'body_too_large'],
  ['no messages', { messages: [] }, 400, 'bad_request'],
  ['no JSON', '{', 400, 'bad_request'],
  ['no session where one is required', { messages: [{ role: 'user', content: 'hi' }] }, 400, 'missing_session_id'],
  [
    'a sandbox that the operator does not leave to requests',
    { session_id: 's', sandbox: 'danger-full-access', messages: [{ role: 'user', content: 'hi' }] },
    403,
    'bad_request',
  ],
  [
    'an image by path',
    { session_id: 's', messages: [{ role: 'user', content: [{ type: 'local_image', path: '/etc/passwd' }] }] },
    403,
    'bad_request',
  ],
  [
    'an image inside of the network',
    {
      session_id: 's',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://127.0.0.1/x.png' } }] }],
    },
    400,
    'bad_request',
  ],
])('%s is refused', async (_, body, status, code) => {
  const { send } = await chatServer(await testPlace(), {
    environment: { CODEX_JSON_LIMIT: '2kb', CODEX_REQUIRE_SESSION_ID: 'true' },
  });
  const response = await send('/v1/chat/completions', body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { code, message: expect.stringMatching(/\w/) } });
});
