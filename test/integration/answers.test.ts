import { describe, expect, it } from 'vitest';
import { findProvider } from '../../src/catalog/catalog.ts';
import { signalOf, within } from '../helpers/deadline.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import {
  codexHeaders,
  eventsOf,
  open,
  question,
  send,
  terminalOf,
  textOf,
  textOfDeltas,
} from '../helpers/responses-client.ts';
import { cut, delta, finish, stream, streamInTwo, textChunks } from '../helpers/scripted-upstream.ts';

const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'], additionalProperties: false };
const structured = {
  ...question,
  text: { format: { type: 'json_schema', name: 'answer', strict: true, schema } },
};
const provider = findProvider('zai');

describe('an answer with a JSON schema that the provider ignores', () => {
  it('is asked for in the prompt and loses its code fences', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('```json\n{"n": 1}\n```'))], { provider });
    const events = eventsOf((await send(proxy, { body: structured, headers: codexHeaders })).text);
    expect(textOfDeltas(events)).toBe('{"n": 1}');
    expect(terminalOf(events).type).toBe('response.completed');
    expect(upstream.requests[0]?.body).toMatchObject({ response_format: { type: 'json_object' } });
    expect(JSON.stringify(upstream.requests[0]?.body)).toContain('additionalProperties');
  });

  it.each([
    ['is not JSON', 'The number is one.', 'not JSON'],
    ['does not fit the schema', '{"n": "one"}', '/n must be number'],
  ])('that %s is asked for once more, with the reason', async (_, wrong, reason) => {
    const { proxy, upstream } = await proxyTo([stream(textChunks(wrong)), stream(textChunks('{"n":1}'))], { provider });
    const events = eventsOf((await send(proxy, { body: structured, headers: codexHeaders })).text);
    expect(textOfDeltas(events)).toBe('{"n":1}');
    const messages = upstream.requests[1]?.body['messages'] as { role: string; content: string }[] | undefined;
    expect(messages?.at(-2)).toEqual({ role: 'assistant', content: wrong });
    expect(messages?.at(-1)?.content).toContain(reason);
  });

  it('that stays wrong fails for good, after two requests', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('no'))], { provider });
    const terminal = terminalOf(eventsOf((await send(proxy, { body: structured, headers: codexHeaders })).text));
    expect(terminal.response.error).toMatchObject({
      code: 'invalid_prompt',
      message: expect.stringContaining('not JSON'),
    });
    expect(upstream.requests).toHaveLength(2);
  });

  it.each(['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema#'])(
    'may name its draft: %s',
    async ($schema) => {
      const { proxy } = await proxyTo([stream(textChunks('{"n":1}'))], { provider });
      const format = { ...structured.text.format, schema: { $schema, ...schema } };
      const { text } = await send(proxy, { body: { ...structured, text: { format } }, headers: codexHeaders });
      expect(textOfDeltas(eventsOf(text))).toBe('{"n":1}');
    },
  );

  it('that is no schema is the client’s mistake', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('{}'))], { provider });
    const text = { format: { type: 'json_schema', name: 'x', schema: { type: 'nonsense' } } };
    const { status, text: answer } = await send(proxy, { body: { ...question, text } });
    expect(status).toBe(400);
    expect(answer).toContain('text.format.schema');
    expect(upstream.requests).toHaveLength(0);
  });

  it('is not looked at while the model still calls tools', async () => {
    const call = { index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } };
    const steps = [stream([delta({ content: 'First a look.' }), delta({ tool_calls: [call] }), finish('tool_calls')])];
    const { proxy } = await proxyTo(steps, { provider });
    const events = eventsOf((await send(proxy, { body: structured, headers: codexHeaders })).text);
    expect(textOfDeltas(events)).toBe('First a look.');
    expect(terminalOf(events).type).toBe('response.completed');
  });
});

describe('an answer that the provider filtered', () => {
  const filtered = [delta({ content: 'Well' }), finish('sensitive')];

  it('ends the turn for codex, which would repeat an incomplete one', async () => {
    const { proxy } = await proxyTo([stream(filtered)]);
    const { response } = terminalOf(eventsOf((await send(proxy, { body: question, headers: codexHeaders })).text));
    expect(response.error).toMatchObject({
      code: 'invalid_prompt',
      message: expect.stringContaining('content filter'),
    });
  });

  it('is incomplete for other clients', async () => {
    const { proxy } = await proxyTo([stream(filtered)]);
    const { type } = terminalOf(eventsOf((await send(proxy, { body: question })).text));
    expect(type).toBe('response.incomplete');
  });
});

it('an answer that is complete does not wait for a provider that leaves the connection open', async () => {
  const never = signalOf();
  const { proxy } = await proxyTo([streamInTwo(textChunks('Done.'), never.promise, [])], { tailMs: 50 });
  const { text } = await send(proxy, { body: question, headers: codexHeaders });
  expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
  never.resolve();
});

it('what was dropped is told to a client that asks', async () => {
  const { proxy } = await proxyTo([stream(textChunks('Hi.'))]);
  const body = { ...question, tools: [{ type: 'web_search' }] };
  const headers = { ...codexHeaders, 'x-codex-glm-diagnostics': '1' };
  const { response } = terminalOf(eventsOf((await send(proxy, { body, headers })).text));
  expect(response).toMatchObject({ metadata: { codex_glm_diagnostics: 'tool-dropped:1' } });
});

it.each([
  ['broke off', cut([delta({ content: 'Half' })])],
  ['never stopped repeating itself', stream(Array.from({ length: 3000 }, () => delta({ content: '!!!!' })))],
])('what was dropped is told with an answer that %s, too', async (_, step) => {
  const { proxy } = await proxyTo([step]);
  const body = { ...question, tools: [{ type: 'web_search' }] };
  const headers = { ...codexHeaders, 'x-codex-glm-diagnostics': '1' };
  const { type, response } = terminalOf(eventsOf((await send(proxy, { body, headers })).text));
  expect(type).toBe('response.failed');
  expect(response).toMatchObject({ metadata: { codex_glm_diagnostics: 'tool-dropped:1' } });
});

it('requests beyond the limit wait in line, and one whose client leaves gives up its place', async () => {
  const gate = signalOf();
  const held = streamInTwo([], gate.promise, textChunks('First.'));
  const { proxy, upstream } = await proxyTo([held, stream(textChunks('Next.'))], { maxConcurrent: 1 });
  const first = open(proxy, { body: question, headers: codexHeaders });
  await within(15_000, 'the first request', upstream.nextRequest());
  const leaving = open(proxy, { body: question, headers: codexHeaders });
  leaving.answer.catch(() => {});
  const waiting = send(proxy, { body: question, headers: codexHeaders });
  leaving.request.destroy();
  gate.resolve();
  expect(await textOf(await first.answer)).toContain('First.');
  expect(textOfDeltas(eventsOf((await waiting).text))).toBe('Next.');
  expect(upstream.requests).toHaveLength(2);
});

it('a turn with an image goes to the model that sees, the next one back', async () => {
  const image = { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' };
  const seen = { role: 'user', content: [{ type: 'input_text', text: 'what is it?' }, image] };
  const { proxy, upstream } = await proxyTo([stream(textChunks('A cat.'))], { provider, images: 'route' });
  await send(proxy, { body: { ...question, input: [seen] }, headers: codexHeaders });
  const history = [seen, { role: 'assistant', content: 'A cat.' }, { role: 'user', content: 'thanks' }];
  await send(proxy, { body: { ...question, input: history }, headers: codexHeaders });
  expect(upstream.requests.map(({ body }) => body['model'])).toEqual(['glm-5.3-flash', 'glm-5.3']);
  expect(JSON.stringify(upstream.requests[1]?.body)).not.toContain('image_url');
});
