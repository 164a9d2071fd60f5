/** The official SDK against a proxy, as its documentation uses it. */
import OpenAI, { NotFoundError } from 'openai';
import { expect, it } from 'vitest';
import { findProvider } from '../../src/catalog/catalog.ts';
import type { ProxyOptions } from '../../src/proxy/server.ts';
import { within } from '../helpers/deadline.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { delta, finish, hang, status, stream, textChunks, type Step } from '../helpers/scripted-upstream.ts';

async function sdkOn(steps: Step[], options: Partial<ProxyOptions> = {}) {
  const { proxy, upstream } = await proxyTo(steps, options);
  const client = new OpenAI({ baseURL: proxy.url, apiKey: proxy.token ?? '', maxRetries: 0 });
  return { client, upstream };
}

const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'Weather of a city',
  strict: true,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
} as const;

const call = {
  index: 0,
  id: 'call_7',
  type: 'function',
  function: { name: 'get_weather', arguments: '{"city":"Rome"}' },
};

it('creates, retrieves, lists and deletes a response', async () => {
  const { client } = await sdkOn([stream(textChunks('Hello there.'))]);
  const created = await client.responses.create({ model: 'gpt-5', instructions: 'Be brief.', input: 'Hello?' });
  expect(created.output_text).toBe('Hello there.');
  expect(created.usage).toMatchObject({ input_tokens: 100, output_tokens: 20, total_tokens: 120 });
  const retrieved = await client.responses.retrieve(created.id);
  expect(retrieved.output_text).toBe('Hello there.');
  const items = [];
  for await (const item of client.responses.inputItems.list(created.id, { limit: 1 })) items.push(item);
  expect(items).toMatchObject([{ type: 'message', role: 'user' }]);
  await client.responses.delete(created.id);
  await expect(client.responses.retrieve(created.id)).rejects.toBeInstanceOf(NotFoundError);
});

it('streams a response', async () => {
  const { client } = await sdkOn([stream(textChunks('Hello there.'))]);
  const running = client.responses.stream({ model: 'glm-5.3', input: 'Hello?' });
  let text = '';
  running.on('response.output_text.delta', (event) => (text += event.delta));
  const final = await within(10_000, 'the final response', running.finalResponse());
  expect([text, final.output_text]).toEqual(['Hello there.', 'Hello there.']);
});

it('continues a conversation with tools by previous_response_id', async () => {
  const { client, upstream } = await sdkOn([
    stream([delta({ reasoning_content: 'A tool helps.' }), delta({ tool_calls: [call] }), finish('tool_calls')]),
    stream(textChunks('It is sunny.')),
  ]);
  const asked = await client.responses.create({ model: 'glm-5.3', input: 'Weather in Rome?', tools: [weather] });
  const [item] = asked.output.filter((each) => each.type === 'function_call');
  expect(item).toMatchObject({ name: 'get_weather', arguments: '{"city":"Rome"}' });
  const answered = await client.responses.create({
    model: 'glm-5.3',
    previous_response_id: asked.id,
    tools: [weather],
    input: [{ type: 'function_call_output', call_id: item?.call_id ?? '', output: 'sunny' }],
  });
  expect(answered.output_text).toBe('It is sunny.');
  expect(upstream.requests[1]?.body['messages']).toMatchObject([
    { role: 'user', content: 'Weather in Rome?' },
    { role: 'assistant', reasoning_content: 'A tool helps.', tool_calls: [{ id: 'call_7' }] },
    { role: 'tool', tool_call_id: 'call_7', content: 'sunny' },
  ]);
});

it('refers to items of stored responses, as the Vercel AI SDK does', async () => {
  const { client, upstream } = await sdkOn([stream(textChunks('One.')), stream(textChunks('Two.'))]);
  const first = await client.responses.create({ model: 'glm-5.3', input: 'Hello?' });
  await client.responses.create({
    model: 'glm-5.3',
    input: [
      { role: 'user', content: 'Hello?' },
      ...first.output.map(({ id }) => ({ type: 'item_reference' as const, id: id ?? '' })),
      { role: 'user', content: 'And?' },
    ],
  });
  expect(upstream.requests[1]?.body['messages']).toMatchObject([{}, { content: 'One.' }, { content: 'And?' }]);
});

it('gets structured output', async () => {
  const { client } = await sdkOn([stream(textChunks('```json\n{"city":"Rome"}\n```'))], {
    provider: findProvider('zai'),
  });
  const format = { type: 'json_schema', name: 'city', strict: true, schema: weather.parameters } as const;
  const parsed = await client.responses.parse({ model: 'glm-5.3', input: 'Which city?', text: { format } });
  expect(parsed.output_parsed).toEqual({ city: 'Rome' });
});

it('sends images', async () => {
  const { client, upstream } = await sdkOn([stream(textChunks('A cat.'))], { provider: findProvider('zai') });
  const image_url = 'data:image/png;base64,iVBORw0KGgo=';
  const answer = await client.responses.create({
    model: 'glm-5.3-flash',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is it?' },
          { type: 'input_image', image_url, detail: 'auto' },
        ],
      },
    ],
  });
  expect(answer.output_text).toBe('A cat.');
  expect(JSON.stringify(upstream.requests[0]?.body)).toContain(image_url);
});

it('cancels a running response', async () => {
  const { client, upstream } = await sdkOn([hang(textChunks('Never.').slice(0, 2))]);
  const arrived = upstream.nextRequest();
  const events = await client.responses.create({ model: 'glm-5.3', input: 'Hello?', stream: true });
  let last = '';
  for await (const event of events) {
    last = event.type;
    if (event.type !== 'response.created') continue;
    expect(await client.responses.cancel(event.response.id)).toMatchObject({ status: 'cancelled' });
  }
  expect(last).toBe('response.failed');
  await within(15_000, 'the end of the provider’s request', (await arrived).aborted);
});

it('counts tokens, lists models and chats', async () => {
  const completion = {
    id: '1',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
  };
  const { client } = await sdkOn([status(200, completion), stream(textChunks('Hello there.'))]);
  const { input_tokens } = await client.responses.inputTokens.count({ model: 'glm-5.3', input: 'x'.repeat(400) });
  expect(input_tokens).toBeGreaterThan(100);
  expect((await client.models.list()).data.map(({ id }) => id)).toContain('glm-5.3');
  const messages = [{ role: 'user', content: 'Hello?' }] as const;
  const whole = await client.chat.completions.create({ model: 'gpt-5', messages: [...messages] });
  expect(whole.choices[0]?.message.content).toBe('Hi.');
  const chunks = await client.chat.completions.create({ model: 'gpt-5', messages: [...messages], stream: true });
  let text = '';
  for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
  expect(text).toBe('Hello there.');
});

it('tells an unknown previous response as the SDK expects it', async () => {
  const { client } = await sdkOn([stream(textChunks('no'))]);
  const asked = client.responses.create({ model: 'glm-5.3', input: 'Hello?', previous_response_id: 'resp_000' });
  await expect(asked).rejects.toMatchObject({ status: 404, code: 'not_found' });
});
