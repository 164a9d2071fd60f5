import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../src/demo/server.ts';

let server: DemoServer;
const violations: unknown[] = [];

beforeEach(async () => {
  violations.length = 0;
  server = await startDemoServer({ onViolation: (found) => violations.push(...found) });
});
afterEach(() => server.close());

const prompt = { role: 'user' as const, content: 'Create hello.js that prints hello' };
const tools = [
  { type: 'function' as const, function: { name: 'exec_command', description: 'x', parameters: { type: 'object' } } },
];

test('a streamed answer is what OpenAI clients understand, with thinking, calls and usage', async () => {
  const client = new OpenAI({ baseURL: server.baseUrl, apiKey: 'any' });
  const stream = client.chat.completions.stream({ model: 'glm-5.3', messages: [prompt], tools });
  let reasoning = '';
  stream.on('chunk', (chunk) => {
    const delta = chunk.choices[0]?.delta;
    if (delta && 'reasoning_content' in delta) reasoning += String(delta.reasoning_content);
  });
  const completion = await stream.finalChatCompletion();
  expect(reasoning).toContain('look');
  expect(completion.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ function: { name: 'exec_command', arguments: '{"cmd":"ls","login":false}' } }] },
  });
  expect(completion.usage).toMatchObject({ prompt_tokens_details: { cached_tokens: 0 } });
});

test('the same answer without stream, without a key', async () => {
  const response = await fetch(`${server.baseUrl}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'glm-5.3', messages: [{ role: 'user', content: 'hi' }] }),
  });
  const completion = await response.json();
  expect(completion).toMatchObject({
    model: 'glm-5.3',
    choices: [{ finish_reason: 'stop', message: { role: 'assistant' } }],
  });
});

test('what GLM refuses is refused in its form, and told', async () => {
  const response = await fetch(`${server.baseUrl}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'glm-5.3', messages: [{ role: 'developer', content: 'hi' }, prompt] }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: '1214' } });
  expect(violations).toHaveLength(1);
});

test('models are listed, other paths are not there', async () => {
  const models = await (await fetch(`${server.baseUrl}/models`)).json();
  expect(models).toMatchObject({
    object: 'list',
    data: expect.arrayContaining([expect.objectContaining({ id: 'glm-5.3' })]),
  });
  expect((await fetch(`${server.baseUrl}/v1/responses`)).status).toBe(404);
});

test('close twice is fine, and afterwards nobody listens', async () => {
  await server.close();
  await server.close();
  await expect(fetch(`${server.baseUrl}/models`)).rejects.toThrow();
});
