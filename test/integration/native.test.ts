import { describe, expect, it } from 'vitest';
import {
  nativeEvents,
  nativeFrame,
  nativeProxyTo,
  nativeStream,
  nativeViolations,
} from '../helpers/native-provider.ts';
import { testKey } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, question, send, terminalOf, textOfDeltas } from '../helpers/responses-client.ts';
import { cut, glmError, html, status, type Step } from '../helpers/scripted-upstream.ts';

const hello = nativeEvents({ reasoning: 'Let me think.', text: 'Hello, 世界 🚀!' });
const mcpTool = {
  type: 'namespace',
  name: 'mcp__tiny',
  tools: [{ type: 'function', name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } }],
};
const patchTool = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Edits files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
};

/** These bytes, and the end of the body. */
function raw(text: string): Step {
  return (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
}

describe('a provider that is reached by its own Responses endpoint', () => {
  it('gets the request there, with its key and without what only codex knows', async () => {
    const { proxy, upstream } = await nativeProxyTo([nativeStream(hello)]);
    const body = {
      ...question,
      model: 'gpt-5.5',
      service_tier: 'priority',
      client_metadata: { thread_id: 't' },
      prompt_cache_key: 't',
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'xhigh', summary: 'auto' },
      tools: [mcpTool, patchTool, { type: 'web_search' }],
      tool_choice: 'auto',
    };
    await send(proxy, { body, headers: codexHeaders });
    const [request] = upstream.requests;
    expect(request?.url).toBe('/v4/responses');
    expect(request?.headers).toMatchObject({ authorization: `Bearer ${testKey}`, accept: 'text/event-stream' });
    expect(request?.body).toEqual({
      model: 'glm-5.3',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello?' }] }],
      stream: true,
      store: false,
      reasoning: { effort: 'max' },
      tools: [
        expect.objectContaining({ type: 'function', name: 'mcp__tiny__add', description: 'Adds.', strict: false }),
        patchTool,
      ],
    });
  });

  it('is heard: thinking as summary, text, usage, one terminal event, numbers and ids of our own', async () => {
    const { proxy } = await nativeProxyTo([nativeStream(hello)]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    const events = eventsOf(text);
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index));
    expect(textOfDeltas(events)).toBe('Hello, 世界 🚀!');
    const thinking = events.filter(({ type }) => type === 'response.reasoning_summary_text.delta');
    expect(thinking.map((event) => event['delta']).join('')).toBe('Let me think.');
    const { type, response } = terminalOf(events);
    expect(type).toBe('response.completed');
    expect(response.usage).toMatchObject({
      input_tokens: 1000,
      input_tokens_details: { cached_tokens: 640 },
      output_tokens_details: { reasoning_tokens: 20 },
      total_tokens: 1050,
    });
    expect(response.output).toMatchObject([
      { id: expect.stringMatching(/^rs_\w+$/) },
      { id: expect.stringMatching(/^msg_\w+$/) },
    ]);
  });

  it('answers a client that did not ask for a stream', async () => {
    const { proxy } = await nativeProxyTo([nativeStream(hello)]);
    const { text } = await send(proxy, { body: { ...question, stream: false } });
    expect(JSON.parse(text)).toMatchObject({
      status: 'completed',
      output: [{ type: 'reasoning' }, { type: 'message' }],
    });
  });

  it('may answer with a whole response', async () => {
    const whole = hello.at(-1)?.['response'];
    const { proxy } = await nativeProxyTo([status(200, whole)]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(textOfDeltas(eventsOf(text))).toBe('Hello, 世界 🚀!');
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
  });

  it('gets its own reasoning back as it was, and calls and patches in its own words', async () => {
    const patch = '*** Begin Patch\n*** Add File: a\n+b\n*** End Patch';
    const first = nativeEvents({
      reasoning: 'Think.',
      calls: [{ name: 'mcp__tiny__add', arguments: { a: 1 } }],
      patch,
    });
    const { proxy, upstream } = await nativeProxyTo([nativeStream(first), nativeStream(hello)]);
    const tools = [mcpTool, patchTool];
    const answer = await send(proxy, { body: { ...question, tools }, headers: codexHeaders });
    const output = terminalOf(eventsOf(answer.text)).response.output as Record<string, unknown>[];
    expect(output).toMatchObject([
      { type: 'reasoning', summary: [{ text: 'Think.' }] },
      { type: 'function_call', name: 'add', namespace: 'mcp__tiny', call_id: 'call_0_0' },
      { type: 'custom_tool_call', name: 'apply_patch', input: patch },
    ]);
    const results = [
      { type: 'custom_tool_call_output', call_id: 'call_0_patch', output: 'Done.' },
      { type: 'function_call_output', call_id: 'call_0_0', output: '1' },
    ];
    const input = [{ role: 'user', content: 'Hello?' }, ...output, ...results];
    await send(proxy, { body: { ...question, input, tools }, headers: codexHeaders });
    const sent = upstream.requests[1]?.body as { input: Record<string, unknown>[] };
    expect(nativeViolations(sent as Record<string, unknown>, { freeformPatch: true })).toEqual([]);
    const streamed = first.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
    expect(sent.input[1]).toEqual(streamed[0]);
    expect(sent.input.slice(2).map(({ type, name, call_id }) => [type, name, call_id])).toEqual([
      ['function_call', 'mcp__tiny__add', 'call_0_0'],
      ['custom_tool_call', 'apply_patch', 'call_0_patch'],
      ['custom_tool_call_output', undefined, 'call_0_patch'],
      ['function_call_output', undefined, 'call_0_0'],
    ]);
  });

  it('does not get the reasoning of the chat wire', async () => {
    const { proxy, upstream } = await nativeProxyTo([nativeStream(hello)]);
    const sealed = 'codex-glm-reasoning:1:glm:reasoning_content:x-x\nSecret.';
    const input = [
      { role: 'user', content: 'Hello?' },
      { type: 'reasoning', summary: [], encrypted_content: sealed },
      { role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] },
      { role: 'user', content: 'And?' },
    ];
    await send(proxy, { body: { ...question, input }, headers: codexHeaders });
    expect(JSON.stringify(upstream.requests[0]?.body)).not.toContain('Secret.');
  });

  it.each([1, 7])('does not depend on where the bytes are cut (pieces of %i)', async (size) => {
    const bytes = Buffer.from(hello.map(nativeFrame).join(''));
    const { proxy } = await nativeProxyTo([
      async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (let at = 0; at < bytes.length; at += size) {
          response.write(bytes.subarray(at, at + size));
          if (at % 50 === 0) await new Promise(setImmediate);
        }
        response.end();
      },
    ]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(textOfDeltas(eventsOf(text))).toBe('Hello, 世界 🚀!');
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
  });
});

describe('a failure of the Responses endpoint, shown to codex', () => {
  const failed = (error: unknown) =>
    raw(
      nativeFrame({ type: 'response.failed', response: { object: 'response', status: 'failed', output: [], error } }),
    );
  const cases: { name: string; step: Step; requests: number; words: RegExp }[] = [
    {
      name: '401',
      step: glmError(401, '1000', 'Authentication Failed'),
      requests: 1,
      words: /answered 401 \(code 1000\): Auth/,
    },
    { name: '429 for the rate', step: glmError(429, '1302', 'High concurrency'), requests: 4, words: /code 1302/ },
    { name: 'a web page', step: html(200, 'Welcome'), requests: 1, words: /a web page instead of JSON: "Welcome"/ },
    {
      name: 'response.failed',
      step: failed({ code: '1301', message: 'Unsafe.' }),
      requests: 1,
      words: /\(code 1301\): Unsafe\./,
    },
    {
      name: 'response.failed by the server',
      step: failed({ code: 'server_error', message: 'Oops.' }),
      requests: 4,
      words: /Oops\./,
    },
    {
      name: 'response.failed without a word',
      step: failed(null),
      requests: 4,
      words: /gave up before it answered/,
    },
    {
      name: 'an error event',
      step: raw(nativeFrame({ type: 'error', code: '1113', message: 'Insufficient balance', param: null })),
      requests: 1,
      words: /\(code 1113\): Insufficient balance/,
    },
    {
      name: 'an error event with an object',
      step: raw(nativeFrame({ type: 'error', error: { type: 'invalid_prompt', message: 'No.' } })),
      requests: 1,
      words: /invalid_prompt\): No\./,
    },
    { name: 'an empty answer', step: nativeStream(nativeEvents({})), requests: 4, words: /sent an empty answer/ },
    {
      name: 'thinking alone',
      step: nativeStream(nativeEvents({ reasoning: 'Hm.' })),
      requests: 4,
      words: /only reasoning/,
    },
    { name: 'nothing', step: raw(''), requests: 4, words: /closed the connection without an answer/ },
    { name: 'a cut before the first event', step: cut([]), requests: 4, words: /did not finish|closed the connection/ },
  ];
  it.each(cases)('$name: after $requests requests', async ({ step, requests, words }) => {
    const { proxy, upstream } = await nativeProxyTo([step]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    const shown = text.startsWith('event:') ? terminalOf(eventsOf(text)).response.error?.message : text;
    expect(shown).toMatch(words);
    expect(upstream.requests).toHaveLength(requests);
  });

  it('a conversation that is too long is told in the way that codex understands', async () => {
    const { proxy } = await nativeProxyTo([failed({ code: 'context_length_exceeded', message: 'Too long.' })]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(terminalOf(eventsOf(text)).response.error).toMatchObject({ code: 'context_length_exceeded' });
  });

  it('a stream that breaks off inside a message is one that codex asks for again', async () => {
    const { proxy, upstream } = await nativeProxyTo([raw(hello.slice(0, -4).map(nativeFrame).join(''))]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(terminalOf(eventsOf(text)).response.error).toMatchObject({ code: 'stream_cut' });
    expect(upstream.requests).toHaveLength(1);
  });

  it('a terminal event that is missing behind finished items is supplied', async () => {
    const { proxy } = await nativeProxyTo([raw(hello.slice(0, -1).map(nativeFrame).join(''))]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    const { type, response } = terminalOf(eventsOf(text));
    expect(type).toBe('response.completed');
    expect(response.usage).toMatchObject({ total_tokens: expect.any(Number) });
  });

  it('is mended unseen when the next attempt succeeds', async () => {
    const { proxy, upstream } = await nativeProxyTo([status(503, ''), nativeStream(hello)]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
    expect(upstream.requests).toHaveLength(2);
  });
});
