import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { startProxyCommand } from '../helpers/proxy-command.ts';
import { delta, finish, hang, stream, textChunks } from '../helpers/scripted-upstream.ts';

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const tools = [{ type: 'function', name: 'get_weather', description: 'Weather', strict: true, parameters } as const];
const call = { index: 0, id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Rome"}' } };
const image_url = 'data:image/png;base64,iVBORw0KGgo=';

it('the openai SDK goes through a whole conversation on `proxy start`', async () => {
  const { baseURL, upstream } = await startProxyCommand(
    stream([delta({ tool_calls: [call] }), finish('tool_calls')]),
    stream(textChunks('It is sunny.')),
    stream(textChunks('{"city":"Rome"}')),
    hang(textChunks('Never.').slice(0, 2)),
  );
  const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
  const asked = await client.responses.create({ model: 'glm-5.3-flash', input: 'Weather in Rome?', tools });
  const [item] = asked.output.filter((each) => each.type === 'function_call');

  const running = client.responses.stream({
    model: 'glm-5.3-flash',
    previous_response_id: asked.id,
    tools,
    input: [
      { type: 'function_call_output', call_id: item?.call_id ?? '', output: 'sunny' },
      { role: 'user', content: [{ type: 'input_image', image_url, detail: 'auto' }] },
    ],
  });
  let text = '';
  running.on('response.output_text.delta', (event) => (text += event.delta));
  const answered = await running.finalResponse();
  expect(text).toBe('It is sunny.');
  expect((await client.responses.retrieve(answered.id)).output_text).toBe('It is sunny.');

  const format = { type: 'json_schema', name: 'city', strict: true, schema: parameters } as const;
  const parsed = await client.responses.parse({
    model: 'glm-5.3-flash',
    previous_response_id: answered.id,
    input: 'Which city?',
    text: { format },
  });
  expect(parsed.output_parsed).toEqual({ city: 'Rome' });
  const messages = upstream.requests[2]?.body['messages'] as { role: string }[];
  const roles = messages.map(({ role }) => role).filter((role) => role !== 'system');
  expect(roles).toEqual(['user', 'assistant', 'tool', 'user', 'assistant', 'user']);

  const items = await client.responses.inputItems.list(parsed.id, { order: 'asc' });
  expect(items.data[0]).toMatchObject({ role: 'user' });
  await client.responses.delete(asked.id);
  await expect(client.responses.retrieve(asked.id)).rejects.toMatchObject({ status: 404 });

  for await (const event of await client.responses.create({ model: 'glm-5.3-flash', input: 'Go on', stream: true })) {
    if (event.type !== 'response.created') continue;
    expect((await client.responses.cancel(event.response.id)).status).toBe('cancelled');
  }
});
