import { describe, expect, it } from 'vitest';
import { findProvider } from '../../src/catalog/catalog.ts';
import type { Proxy } from '../../src/proxy/server.ts';
import { openCompaction } from '../../src/translate/request/compaction.ts';
import { signalOf } from '../helpers/deadline.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, open, question, send, terminalOf, textOfDeltas } from '../helpers/responses-client.ts';
import { delta, finish, glmError, status, stream, streamInTwo, textChunks } from '../helpers/scripted-upstream.ts';

const metadata = (value: object) => ({ ...codexHeaders, 'x-codex-turn-metadata': JSON.stringify(value) });
const history = [
  { type: 'message', role: 'user', content: 'do it' },
  { type: 'function_call', call_id: 'c', name: 'exec_command', arguments: '{"cmd":"ls"}' },
  { type: 'function_call_output', call_id: 'c', output: 'a.txt' },
];

/** The summary in the last item of an answer: sealed, or as text. */
const summaryIn = (output: readonly unknown[]) => {
  const { type, encrypted_content, content } = output.at(-1) as {
    type: string;
    encrypted_content: string;
    content: { text: string }[];
  };
  return type === 'compaction' ? openCompaction(encrypted_content) : content[0]?.text;
};

describe('a thread title', () => {
  it('is made here, without asking the provider', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('never sent'))]);
    const body = { ...question, input: 'Generate a title.\n\nUser prompt:\nfix the login bug' };
    const { status: httpStatus, text } = await send(proxy, {
      body,
      headers: metadata({ thread_source: 'thread_title' }),
    });
    const events = eventsOf(text);
    expect(httpStatus).toBe(200);
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

  it('has no tools, even if its history declares some', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('Summary.'))]);
    const tool = { type: 'function', name: 'f', parameters: { type: 'object' } };
    const declared = { type: 'additional_tools', role: 'developer', tools: [tool] };
    const body = { ...question, input: [declared, ...history], tools: [tool], tool_choice: 'auto' };
    await send(proxy, { body, headers: metadata({ request_kind: 'compaction' }) });
    expect(upstream.requests[0]?.body).not.toHaveProperty('tools');
  });

  it.each([
    ['glm-5.3', 32_768],
    ['glm-5.1', 12_672],
    ['glm-4.5v', 4096],
  ])('leaves room for its summary in the window of %s: %d tokens', async (model, limit) => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('Summary.'))], { provider: findProvider('zai') });
    const body = { ...question, model, input: history };
    await send(proxy, { body, headers: metadata({ request_kind: 'compaction' }) });
    expect(upstream.requests[0]?.body).toMatchObject({ model, max_tokens: limit });
  });

  it('is asked for without a limit where the server counts that into the window', async () => {
    const tooLong = status(400, { error: { message: "This model's maximum context length is 200 tokens." } });
    const { proxy, upstream } = await proxyTo([tooLong, stream(textChunks('Summary.'))]);
    const { text } = await send(proxy, {
      body: { ...question, input: history },
      headers: metadata({ request_kind: 'compaction' }),
    });
    expect(textOfDeltas(eventsOf(text))).toBe('Summary.');
    expect(upstream.requests.map(({ body }) => 'max_tokens' in body)).toEqual([true, false]);
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

  const short = stream([...textChunks('Half of it').slice(0, -1), finish('length')]);
  const thoughtOnly = stream([delta({ reasoning_content: 'Hm, hm.' }), finish('length')]);
  const full = stream([...textChunks('Half').slice(0, -1), finish('model_context_window_exceeded')]);
  const ways = [
    [
      'by an ordinary request',
      '/v1/responses',
      { input: [...history, { role: 'user', content: 'Sum up.' }] },
      { request_kind: 'compaction' },
    ],
    ['by a trigger item', '/v1/responses', { input: [...history, { type: 'compaction_trigger' }] }, {}],
    ['by its own endpoint', '/v1/responses/compact', {}, {}],
  ] as const;

  describe.each(ways)('%s', (_, path, fields, turn) => {
    const ask = async (proxy: Proxy) => {
      const body = { ...question, input: history, ...fields };
      const { status: httpStatus, text } = await send(proxy, { path, body, headers: metadata(turn) });
      return { httpStatus, text };
    };

    it.each([
      ['by its limit', short],
      ['in its thinking', thoughtOnly],
      ['by the window', full],
    ])('that was cut %s is asked for once more: a shorter one, with more room', async (_how, cut) => {
      const { proxy, upstream } = await proxyTo([cut, stream(textChunks('All of it.'))]);
      const { httpStatus, text } = await ask(proxy);
      expect(httpStatus).toBe(200);
      expect(text).not.toContain('Half');
      const { output } =
        path === '/v1/responses' ? terminalOf(eventsOf(text)).response : (JSON.parse(text) as { output: unknown[] });
      expect(summaryIn(output)).toMatch(/All of it\.$/);
      const [first, second] = upstream.requests.map(({ body }) => body as { max_tokens: number; messages: object[] });
      expect(second?.max_tokens).toBe(2 * (first?.max_tokens ?? 0));
      expect(second?.messages.slice(0, -1)).toEqual(first?.messages.slice(0, -1));
      expect(JSON.stringify(second?.messages.at(-1))).toContain('was too long and was cut off');
    });

    it('that was cut twice is an error, not half a summary', async () => {
      const { proxy, upstream } = await proxyTo([short]);
      const { httpStatus, text } = await ask(proxy);
      expect(text).toContain('cut off by the limit of its length');
      expect(text).not.toContain('Half');
      if (path === '/v1/responses') {
        const { type, response } = terminalOf(eventsOf(text));
        // codex ends its turn with the words of this one
        expect({ type, code: response.error?.code }).toEqual({ type: 'response.failed', code: 'invalid_prompt' });
        expect(response.output.filter((item) => (item as { type: string }).type !== 'reasoning')).toEqual([]);
      } else {
        expect(httpStatus).toBe(400);
      }
      expect(upstream.requests).toHaveLength(2);
    });

    it('that is a call instead of a text is asked for again', async () => {
      const call = delta({ tool_calls: [{ index: 0, id: 'c9', function: { name: 'f', arguments: '{}' } }] });
      const { proxy, upstream } = await proxyTo([
        stream([call, finish('tool_calls')]),
        stream(textChunks('All of it.')),
      ]);
      const { httpStatus, text } = await ask(proxy);
      expect(httpStatus).toBe(200);
      expect(text).not.toContain('"function_call"');
      expect(upstream.requests).toHaveLength(2);
    });
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
