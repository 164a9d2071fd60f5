import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { within } from '../helpers/deadline.ts';
import { startProxyProcess } from '../helpers/proxy-process.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, question, send, terminalOf } from '../helpers/responses-client.ts';
import { delta, finish, startScriptedUpstream, stream, textChunks } from '../helpers/scripted-upstream.ts';

const answer = stream(textChunks('Hi.'));

function nested(depth: number, open: string, close: string): string {
  return open.repeat(depth) + '1' + close.repeat(depth);
}

/** Bodies that no client may send: name, body, status, a word of the message. */
const refusedBodies: [name: string, body: string | Buffer, status: number, words: RegExp][] = [
  ['no JSON', '{"input":', 400, /not valid JSON/],
  ['nothing', '', 400, /not valid JSON/],
  ['a NUL byte between values', '{"input":\0"hi"}', 400, /not valid JSON/],
  ['a NUL byte in a string', '{"input":"a\0b"}', 400, /not valid JSON/],
  ['two values', '{"input":"a"}{"input":"b"}', 400, /not valid JSON/],
  ['an array', '[]', 400, /must be a JSON object, got an array/],
  ['null', 'null', 400, /must be a JSON object, got null/],
  ['a string', '"hi"', 400, /must be a JSON object, got string/],
  ['no input', '{"model":"glm-5.3"}', 400, /`input` must be .*, got nothing/],
  ['invalid UTF-8', Buffer.from([...Buffer.from('{"input":"'), 0xff, 0xfe, 0x22, 0x7d]), 400, /UTF-8/],
  ['a raw lone surrogate', Buffer.from([...Buffer.from('{"input":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d]), 400, /UTF-8/],
  [
    'half a character',
    String.raw`{"input":[1,{"role":"user","content":"half \ud83d"}]}`,
    400,
    /`input\[1\]\.content` .*half/,
  ],
  ['half a character in a name', String.raw`{"input":[{"\udc00":1}]}`, 400, /field name .*half of a character/],
  ['half a character as a string', String.raw`"\ud83d"`, 400, /half of a character/],
  ['half a character and a NUL', String.raw`{"input":"\u0000\ud83d"}`, 400, /`input` holds half/],
  ['a NUL in the model', String.raw`{"input":"hi","model":"glm\u0000"}`, 400, /`model` holds a NUL/],
  ['a NUL in a name', String.raw`{"input":[{"a\u0000":1}]}`, 400, /field name .*NUL/],
  ['a NUL in metadata', String.raw`{"input":"hi","metadata":{"k":["\u0000"]}}`, 400, /`metadata\.k\[0\]`/],
  ['`__proto__` as a field', '{"input":"hi","__proto__":{"model":"evil"}}', 400, /`__proto__` is no field name/],
  [
    '`__proto__` deep inside',
    '{"input":[{"role":"user","a":[{"__proto__" :1}]}]}',
    400,
    /`input\[0\]\.a\[0\]\.__proto__`/,
  ],
  ['`__proto__` in escapes', String.raw`{"input":[{"__pr\u006fto__":1}]}`, 400, /`input\[0\]\.__proto__`/],
  ['UTF-16', Buffer.from('{"input":"hi"}', 'utf16le'), 400, /not valid JSON/],
  ['an array without end', '['.repeat(200_000), 400, /256 levels/],
  ['two million empty arrays', `{"input":[${'[],'.repeat(2_000_000)}1]}`, 400, /2000000 values/],
  ['100 000 levels of input', `{"input":[${nested(100_000, '[', ']')}]}`, 400, /256 levels/],
  [
    '100 000 levels of content',
    `{"input":[{"role":"user","content":${nested(100_000, '{"a":', '}')}}]}`,
    400,
    /256 levels/,
  ],
  [
    '100 000 levels of a schema',
    `{"input":"hi","tools":[{"type":"function","name":"f","parameters":${nested(100_000, '{"properties":', '}')}}]}`,
    400,
    /256 levels/,
  ],
  [
    '100 000 namespaces in one another',
    `{"input":"hi","tools":[${nested(100_000, '{"type":"namespace","name":"n","tools":[', ']}')}]}`,
    400,
    /256 levels/,
  ],
  ['a body over the limit', JSON.stringify({ input: 'x'.repeat(9_000_000) }), 413, /larger than 8000000 bytes/],
];

describe('a body that cannot be a request', () => {
  it.each(refusedBodies)('%s', async (_name, body, status, words) => {
    const { proxy, upstream } = await proxyTo([answer], { maxBodyBytes: 8_000_000 });
    const refused = await send(proxy, { body });
    expect(refused.status).toBe(status);
    expect(refused.headers['content-type']).toBe('application/json');
    const shape = { message: expect.stringMatching(words), type: 'invalid_request_error', code: expect.any(String) };
    expect(JSON.parse(refused.text)).toEqual({ error: { ...shape, param: null } });
    const toCodex = await send(proxy, { body, headers: codexHeaders });
    expect(toCodex).toMatchObject({ status: 400, text: expect.stringMatching(words) });
    expect(upstream.requests).toHaveLength(0);
    expect((await send(proxy, { body: question })).status).toBe(200);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonish',
  ])('content-type %s', async (type) => {
    const { proxy, upstream } = await proxyTo([answer]);
    const refused = await send(proxy, { body: question, headers: { 'content-type': type } });
    expect(refused.status).toBe(415);
    expect(JSON.parse(refused.text)).toMatchObject({ error: { message: expect.stringContaining(type) } });
    expect(upstream.requests).toHaveLength(0);
  });

  it('half a body: the connection ends, and the next request is served', async () => {
    const { proxy, upstream } = await proxyTo([answer]);
    const socket = connect(proxy.port, '127.0.0.1');
    const head = [
      'POST /v1/responses HTTP/1.1',
      `Host: 127.0.0.1:${proxy.port}`,
      `Authorization: Bearer ${proxy.token}`,
      'Content-Type: application/json',
      'Content-Length: 1000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n{"input":`);
    socket.end();
    await within(15_000, 'the end of the connection', new Promise((resolve) => socket.resume().on('close', resolve)));
    expect((await send(proxy, { body: question })).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('a field of the wrong type', () => {
  const wrong: Record<string, unknown[]> = {
    model: [5, [], {}, true],
    input: [5, {}, true, null],
    instructions: [5, [], {}],
    tools: ['x', {}, 5],
    tool_choice: [5, [], true],
    parallel_tool_calls: ['yes', 1],
    reasoning: ['high', [], 5],
    text: ['x', [], 5],
    stream: ['true', 1],
    store: ['true', 1],
    max_output_tokens: ['5', 0, -1, 1.5],
    temperature: ['1', []],
    top_p: ['1', {}],
    stop: [5, [5], {}],
    previous_response_id: [5, {}],
    prompt_cache_key: [5, {}],
    metadata: ['x', [], 5],
    client_metadata: ['x', [], 5],
  };
  it.each(Object.entries(wrong))('%s', async (field, values) => {
    const { proxy, upstream } = await proxyTo([answer]);
    for (const value of values) {
      const refused = await send(proxy, { body: { ...question, [field]: value } });
      expect({ value, status: refused.status }).toEqual({ value, status: 400 });
      expect(JSON.parse(refused.text)).toMatchObject({ error: { message: expect.stringContaining(`\`${field}\``) } });
    }
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('oddities inside a request that is one', () => {
  const odd = [null, 5, 'x', true, [], {}, [[]], { type: 5 }, { type: 'function' }, { type: 'message' }];
  const fields = [
    'role',
    'content',
    'call_id',
    'name',
    'namespace',
    'arguments',
    'output',
    'input',
    'tools',
    'summary',
  ];
  const types = [
    'message',
    'reasoning',
    'function_call',
    'function_call_output',
    'custom_tool_call',
    'tool_search_call',
  ];

  it('items, parts and tools of any type never make it fail', async () => {
    const { proxy, upstream } = await proxyTo([answer]);
    const items = types.flatMap((type) => fields.flatMap((field) => odd.map((value) => ({ type, [field]: value }))));
    const body = { ...question, input: [...odd, ...items, { role: 'user', content: odd }], tools: odd };
    const { status, text } = await send(proxy, { body, headers: codexHeaders });
    expect(status).toBe(200);
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(['"', '\\"', 'C:\\', '\\\\', '"\\'])(
    'brackets and commas in a text behind %j are no nesting and no values',
    async (quoted) => {
      const { proxy, upstream } = await proxyTo([answer]);
      const input = `${quoted}${'['.repeat(1000)}${quoted}${','.repeat(2_000_100)}`;
      const { status } = await send(proxy, { body: { ...question, input } });
      expect(status).toBe(200);
      expect(upstream.requests[0]?.body['messages']).toEqual([{ role: 'user', content: input }]);
    },
  );

  it('`__proto__` and `constructor` are texts like others, and `constructor` a name', async () => {
    const { proxy, upstream } = await proxyTo([answer]);
    const body = `{"stream":true,"constructor":{"prototype":{"polluted":1}},
      "tools":[{"type":"function","name":"__proto__","parameters":{"type":"object","properties":{"constructor":{"type":"string"}}}},
               {"type":"function","name":"constructor","parameters":{"constructor":{"polluted":1}}}],
      "input":[{"role":"user","content":"__proto__"},
               {"type":"function_call","call_id":"__proto__","name":"constructor","arguments":"{\\"__proto__\\":{\\"polluted\\":1}}"},
               {"type":"function_call_output","call_id":"__proto__","output":"ok"}]}`;
    expect((await send(proxy, { body, headers: codexHeaders })).status).toBe(200);
    expect(upstream.requests[0]?.body).toMatchObject({ model: 'glm-5.3' });
    expect(JSON.stringify(upstream.requests[0]?.body)).toContain('"tool_call_id":"__proto__"');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('NUL characters in what a client was given become visible, the same in every request', async () => {
    const { proxy, upstream } = await proxyTo([answer, answer]);
    const history = [
      { role: 'user', content: [{ type: 'input_text', text: 'a\0b' }] },
      { type: 'function_call', call_id: 'c1', name: 'exec_command', arguments: '{"cmd":"printf \\u0000"}' },
      { type: 'function_call_output', call_id: 'c1', output: `\0\0 and \\u0000 ${'x'.repeat(70_000)}` },
    ];
    const body = { ...question, instructions: 'be \0 brief', input: history };
    expect((await send(proxy, { body, headers: codexHeaders })).status).toBe(200);
    const longer = { ...body, input: [...history, { role: 'user', content: 'and?' }] };
    expect((await send(proxy, { body: longer, headers: codexHeaders })).status).toBe(200);
    const [first, second] = upstream.requests.map(({ body: sent }) => sent['messages'] as Record<string, unknown>[]);
    expect(first).toMatchObject([
      { content: 'be ␀ brief' },
      { content: 'a␀b' },
      { tool_calls: [{ function: { arguments: '{"cmd":"printf \\u0000"}' } }] },
      { content: expect.stringMatching(/^␀␀ and \\u0000 x+$/) },
    ]);
    expect(second?.slice(0, 4)).toEqual(first);
  });

  it('whatever a model says is accepted when it comes back', async () => {
    const evil = String.raw`{"query":"a\ud83d\u0000","__proto__":{"a":1},"b\u0000":1,"\udc00":2}`;
    const calls = ['tool_search', 'f', 'apply_patch'].map((name, index) => ({
      index,
      id: `c${index}\0\ud83d`,
      function: {
        name,
        arguments: name === 'apply_patch' ? String.raw`{"input":"*** Begin Patch\u0000\ud83d"}` : evil,
      },
    }));
    const said = [
      delta({ reasoning_content: 'Hm \0\ud83d' }),
      delta({ content: 'Text \0\ud83d' }),
      delta({ tool_calls: calls }),
      finish('tool_calls'),
    ];
    const { proxy } = await proxyTo([stream(said), answer]);
    const tools = [
      { type: 'tool_search', execution: 'client', parameters: { type: 'object' } },
      { type: 'function', name: 'f', parameters: { type: 'object' } },
      { type: 'custom', name: 'apply_patch', format: { type: 'text' } },
    ];
    const { text } = await send(proxy, { body: { ...question, tools }, headers: codexHeaders });
    const { output } = terminalOf(eventsOf(text)).response as { output: { type: string }[] };
    expect(output.map(({ type }) => type)).toEqual([
      'reasoning',
      'message',
      'tool_search_call',
      'function_call',
      'custom_tool_call',
    ]);
    // half a character makes codex's JSON parser drop the event
    expect(JSON.stringify(output)).not.toMatch(/[^\\]\\ud[89a-f]/i);
    const back = await send(proxy, { body: { ...question, tools, input: output }, headers: codexHeaders });
    expect(back.text).not.toContain('holds');
    expect(back.status).toBe(200);
  });

  it('an escape that is text, and a whole character in two escapes, are no half characters', async () => {
    const { proxy, upstream } = await proxyTo([answer]);
    const body = String.raw`{"stream":true,"input":"whole \ud83d\ude00, text \\ud83d and \\u0000"}`;
    expect((await send(proxy, { body, headers: codexHeaders })).status).toBe(200);
    expect(upstream.requests[0]?.body).toMatchObject({
      messages: [{ content: String.raw`whole 😀, text \ud83d and \u0000` }],
    });
  });
});

it('after hundreds of bad requests the process is alive and its memory is free again', async () => {
  const upstream = await startScriptedUpstream(answer);
  onTestFinished(() => upstream.close());
  const child = await startProxyProcess({
    provider: 'openai-compatible',
    baseUrl: upstream.baseUrl,
    maxBodyBytes: 8_000_000,
  });
  const ask = async () => expect((await send(child, { body: question })).status).toBe(200);
  for (let i = 0; i < 10; i++) await ask();
  const before = (await child.memory()).heapBytes;
  for (let round = 0; round < 10; round++) {
    for (const [, body, status] of refusedBodies) expect((await send(child, { body })).status).toBe(status);
  }
  await ask();
  expect((await child.memory()).heapBytes - before).toBeLessThan(20_000_000);
}, 120_000);

it.each([
  ['conversation', 'conv_1', 'previous_response_id'],
  ['prompt', { id: 'pmpt_1' }, 'instructions'],
])('`%s`, which only OpenAI can serve, is refused instead of left out', async (field, value, instead) => {
  const { proxy, upstream } = await proxyTo([stream(textChunks('Hello.'))]);
  const refused = await send(proxy, { body: { model: 'glm-5.3', input: 'And?', [field]: value } });
  expect(refused.status).toBe(400);
  expect(refused.text).toContain(instead);
  expect(upstream.requests).toEqual([]);
  expect((await send(proxy, { body: { model: 'glm-5.3', input: 'And?', [field]: null } })).status).toBe(200);
});
