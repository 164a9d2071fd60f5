import { describe, expect, it } from 'vitest';
import { findProvider } from '../../src/catalog/catalog.ts';
import { signalOf } from '../helpers/deadline.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, open, question, send, terminalOf, textOfDeltas } from '../helpers/responses-client.ts';
import { finish, glmError, stream, streamInTwo, textChunks } from '../helpers/scripted-upstream.ts';

const metadata = (value: object) => ({ ...codexHeaders, 'x-codex-turn-metadata': JSON.stringify(value) });
const history = [
  { type: 'message', role: 'user', content: 'do it' },
  { type: 'function_call', call_id: 'c', name: 'exec_command', arguments: '{"cmd":"ls"}' },
  { type: 'function_call_output', call_id: 'c', output: 'a.txt' },
];

describe('a thread title', () => {
  it('is made here, without asking the provider', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('never sent'))]);
    const body = { ...question, input: 'Generate a title.\n\nUser prompt:\nfix the login bug' };
    const { status, text } = await send(proxy, { body, headers: metadata({ thread_source: 'thread_title' }) });
    const events = eventsOf(text);
    expect(status).toBe(200);
    expect(JSON.parse(textOfDeltas(events))).toEqual({ title: 'fix the login bug' });
    expect(terminalOf(events).type).toBe('response.completed');
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('a compaction', () => {
  it('by an ordinary request is asked with the least thinking', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('Summary.'))], { provider: findProvider('zai') });
    const body = { ...question, reasoning: { effort: 'max' }, input: history, tools: [] };
    await send(proxy, { body, headers: metadata({ request_kind: 'compaction' }) });
    expect(upstream.requests[0]?.body).toMatchObject({ reasoning_effort: 'low' });
    expect(upstream.requests[0]?.body).not.toHaveProperty('tools');
  });

  it('by a trigger item is answered with exactly one item, which comes back as the summary', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('All of it.')), stream(textChunks('Going on.'))]);
    const triggered = {
      ...question,
      tools: [{ type: 'function', name: 'f' }],
      input: [...history, { type: 'compaction_trigger' }],
    };
    const events = eventsOf((await send(proxy, { body: triggered, headers: codexHeaders })).text);
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map((event) => event['sequence_number'])).toEqual([0, 1, 2, 3, 4]);
    const [item] = terminalOf(events).response.output as { type: string; encrypted_content: string }[];
    expect(item?.type).toBe('compaction');
    const asked = upstream.requests[0]?.body as { messages: { role: string; content: string }[] };
    expect(asked).not.toHaveProperty('tools');
    expect(asked.messages.at(-1)).toMatchObject({ role: 'user', content: expect.stringContaining('hand-over') });

    await send(proxy, {
      body: { ...question, input: [item, { role: 'user', content: 'go on' }] },
      headers: codexHeaders,
    });
    const next = upstream.requests[1]?.body as { messages: { role: string; content: string }[] };
    expect(next.messages.map(({ role }) => role)).toEqual(['user', 'user']);
    expect(next.messages[0]?.content).toContain('All of it.');
  });

  it('by a trigger item waits for the whole summary, kept alive by data events', async () => {
    const keptAlive = signalOf();
    const chunks = textChunks('All of it.');
    const { proxy } = await proxyTo([streamInTwo(chunks.slice(0, 2), keptAlive.promise, chunks.slice(2))], {
      headersWaitMs: 10,
      keepAliveMs: 20,
    });
    const body = { ...question, input: [...history, { type: 'compaction_trigger' }] };
    const answer = await open(proxy, { body, headers: codexHeaders }).answer;
    let text = '';
    for await (const part of answer.setEncoding('utf8') as AsyncIterable<string>) {
      text += part;
      if (text.split('"keepalive"').length > 3) keptAlive.resolve();
    }
    const events = eventsOf(text).filter(({ type }) => type !== 'keepalive');
    expect(events.map((event) => event['sequence_number'])).toEqual([0, 1, 2, 3, 4]);
    expect(terminalOf(events).response.output).toMatchObject([{ type: 'compaction' }]);
  });

  it('by a trigger item that the output limit cut short is incomplete, without items', async () => {
    const { proxy } = await proxyTo([stream([...textChunks('Half of').slice(0, -1), finish('length')])]);
    const body = { ...question, input: [...history, { type: 'compaction_trigger' }] };
    const { type, response } = terminalOf(eventsOf((await send(proxy, { body, headers: codexHeaders })).text));
    expect(type).toBe('response.incomplete');
    expect(response.output).toEqual([]);
  });

  it('by its own endpoint keeps what the user said', async () => {
    const { proxy } = await proxyTo([stream(textChunks('All of it.'))]);
    const { status, text } = await send(proxy, {
      path: '/v1/responses/compact',
      body: { model: 'glm-5.3', input: history },
    });
    expect(status).toBe(200);
    const answer = JSON.parse(text) as { object: string; output: { type: string; role?: string }[] };
    expect(answer.object).toBe('response.compaction');
    expect(answer.output.map(({ type, role }) => role ?? type)).toEqual(['user', 'compaction']);
  });

  it('that the provider refuses is an HTTP error', async () => {
    const { proxy } = await proxyTo([glmError(401, '1001', 'Authentication failed')]);
    const { status, text } = await send(proxy, {
      path: '/v1/responses/compact',
      body: { model: 'glm-5.3', input: history },
    });
    expect(status).toBe(401);
    expect(text).toContain('Authentication failed');
  });
});
