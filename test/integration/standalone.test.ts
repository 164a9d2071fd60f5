import { describe, expect, it, onTestFinished } from 'vitest';
import { clientKeysFrom, createClientKey, hashClientKey, type ClientKey } from '../../src/proxy/access/client-keys.ts';
import type { LogEntry } from '../../src/proxy/log.ts';
import type { ResponseReport } from '../../src/proxy/exchange/response-report.ts';
import { startProxy } from '../../src/proxy/server.ts';
import { within } from '../helpers/deadline.ts';
import { proxyTo, testKey } from '../helpers/proxy-under-test.ts';
import { open, send } from '../helpers/responses-client.ts';
import {
  cut,
  glmError,
  hang,
  reset,
  startScriptedUpstream,
  status,
  stream,
  streamInPieces,
  textChunks,
} from '../helpers/scripted-upstream.ts';

const answer = stream(textChunks('Hello.'));
const whole = { model: 'glm-5.3', input: 'Hello?' };
const chat = { model: 'glm-5.3', messages: [{ role: 'user', content: 'Hello?' }], seed: 7 };

describe('paths of other proxies', () => {
  it.each([
    '/v1/responses',
    '/v4/responses',
    '/responses',
    '/v1/responses/',
    '/api/coding/paas/v4/responses',
    '/v1/v1/responses',
    '/v4/responses?x=1',
  ])('POST %s is answered', async (path) => {
    const { proxy } = await proxyTo([answer]);
    expect((await send(proxy, { path, body: whole })).status).toBe(200);
  });

  it.each(['/v1/models', '/v4/models', '/models', '/health', '/healthz', '/ready'])(
    'GET %s is answered',
    async (path) => {
      const { proxy } = await proxyTo([answer]);
      expect((await send(proxy, { method: 'GET', path })).status).toBe(200);
    },
  );

  it.each(['/', '/v1', '/v1/embeddings', '/responsesx', '/v1/responses/resp_1/x', '/v1//responses', '/%2e/models'])(
    '%s is not found, in OpenAI’s shape',
    async (path) => {
      const { proxy } = await proxyTo([answer]);
      const { status: code, text } = await send(proxy, { path, body: whole });
      expect(code).toBe(404);
      expect(JSON.parse(text)).toMatchObject({ error: { type: 'invalid_request_error', code: 'not_found' } });
    },
  );
});

describe('several providers', () => {
  it.each([
    ['a bare name', 'glm-5.3', 'first', 'glm-5.3'],
    ['provider/model', 'other/big-1', 'other', 'big-1'],
    ['provider/model of the first', 'glm-test/glm-5.3', 'first', 'glm-5.3'],
    ['an alias for a provider’s model', 'clever', 'other', 'big-1'],
    ['a pattern for a provider’s model', 'gpt-99', 'other', 'small-1'],
    ['an alias for a model', 'plain', 'first', 'glm-5.3'],
    ['an unknown provider', 'nobody/x', 'first', 'nobody/x'],
  ])('are chosen by %s', async (_, model, who, wanted) => {
    const other = await startScriptedUpstream(answer);
    onTestFinished(() => other.close());
    const { proxy, upstream } = await proxyTo([answer], {
      providers: [{ provider: { id: 'other', baseUrl: other.baseUrl, mainModel: 'big-1' }, apiKey: 'other-key' }],
      aliases: { clever: 'other/big-1', 'gpt-9*': 'other/small-1', plain: 'main' },
    });
    for (const request of [{ body: { ...whole, model } }, { path: '/v1/chat/completions', body: { ...chat, model } }]) {
      expect((await send(proxy, request)).status).toBe(200);
    }
    const { requests } = who === 'other' ? other : upstream;
    expect(requests.map(({ body }) => body['model'])).toEqual([wanted, wanted]);
    const key = who === 'other' ? 'other-key' : testKey;
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect((who === 'other' ? upstream : other).requests).toHaveLength(0);
  });

  it('are all listed, with the aliases that are no patterns', async () => {
    const { proxy } = await proxyTo([answer], {
      providers: [{ provider: { id: 'other', baseUrl: 'http://127.0.0.1:9/v1', models: [{ id: 'big-1' }] } }],
      aliases: { clever: 'other/big-1', '*': 'main' },
    });
    const { text } = await send(proxy, { method: 'GET', path: '/v1/models' });
    const { data } = JSON.parse(text) as { data: { id: string; owned_by: string }[] };
    expect(data.map(({ id, owned_by }) => [id, owned_by])).toEqual([
      ['glm-5.3', 'glm-test'],
      ['glm-test/glm-5.3', 'glm-test'],
      ['other/big-1', 'other'],
      ['clever', 'codex-glm'],
    ]);
    for (const { id } of data)
      for (const path of [`/v1/models/${encodeURIComponent(id)}`, `/models/${encodeURIComponent(id)}`]) {
        const one = await send(proxy, { method: 'GET', path });
        expect([one.status, JSON.parse(one.text)]).toMatchObject([200, { id, object: 'model' }]);
      }
    expect((await send(proxy, { method: 'GET', path: '/v1/models/none' })).status).toBe(404);
    expect((await send(proxy, { method: 'POST', path: '/v1/models/clever', body: {} })).status).toBe(405);
  });

  it('codex gets its own kind of list', async () => {
    const { proxy } = await proxyTo([answer], {
      codexCatalog: ({ id }, version) => ({ models: [{ slug: `${id} for ${version}` }] }),
    });
    const list = async (path: string) => JSON.parse((await send(proxy, { method: 'GET', path })).text) as object;
    expect(await list('/v1/models?client_version=0.169.0')).toEqual({ models: [{ slug: 'glm-test for 0.169.0' }] });
    expect(await list('/v1/models')).toHaveProperty('object', 'list');
  });

  it('a server that alone knows its models is asked for them', async () => {
    const { findProvider } = await import('../../src/catalog/catalog.ts');
    const { proxy } = await proxyTo([answer], { provider: findProvider('ollama') });
    const { text } = await send(proxy, { method: 'GET', path: '/v1/models' });
    expect(text).toContain('"live-1"');
  });
});

describe('health', () => {
  it('is 503 when the provider cannot be reached, and says which one', async () => {
    const { proxy, upstream } = await proxyTo([answer]);
    await upstream.close();
    const { status: code, text } = await send(proxy, { method: 'GET', path: '/health' });
    expect(code).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      status: 'down',
      upstream: upstream.baseUrl,
      providers: [{ id: 'glm-test', status: 'down' }],
    });
  });

  it('is degraded when only another provider is down; readiness asks nobody', async () => {
    const { proxy } = await proxyTo([answer], {
      providers: [{ provider: { id: 'other', baseUrl: 'http://127.0.0.1:9/v1' } }],
      instanceId: 'me',
    });
    const health = await send(proxy, { method: 'GET', path: '/health' });
    expect(health.status).toBe(200);
    expect(JSON.parse(health.text)).toMatchObject({ status: 'degraded', instance: 'me' });
    const ready = await send({ ...proxy, token: undefined }, { method: 'GET', path: '/ready' });
    expect({ status: ready.status, body: JSON.parse(ready.text) }).toEqual({
      status: 200,
      body: { status: 'ready', instance: 'me' },
    });
  });
});

describe('chat completions', () => {
  const path = '/v1/chat/completions';
  const completion = { id: '1', choices: [{ message: { role: 'assistant', content: 'Hello.' } }] };

  it('are passed on with the key and come back as they are', async () => {
    const { proxy, upstream } = await proxyTo([status(200, completion)]);
    const { text, headers } = await send(proxy, { path, body: { ...chat, model: 'gpt-4o' } });
    expect(JSON.parse(text)).toEqual(completion);
    expect(headers['content-type']).toBe('application/json');
    expect(upstream.requests[0]).toMatchObject({
      url: '/v4/chat/completions',
      body: { ...chat, model: 'glm-5.3' },
      headers: { authorization: `Bearer ${testKey}` },
    });
  });

  it('stream', async () => {
    const { proxy } = await proxyTo([answer]);
    const { text, headers } = await send(proxy, { path, body: { ...chat, stream: true } });
    expect(headers['content-type']).toBe('text/event-stream');
    expect(text).toMatch(/"content":"Hel".*\[DONE\]/s);
  });

  it.each([
    [
      'whole',
      status(200, { ...completion, model: 'glm-5.3-air', usage: { prompt_tokens: 7, completion_tokens: 3 } }),
      7,
    ],
    ['as a stream', streamInPieces(textChunks('世界.'), 7), 100],
    ['and a provider that does not tell', status(200, completion), undefined],
    ['and a provider that tells nonsense', status(200, { ...completion, usage: 'much' }), undefined],
  ])('are counted: %s', async (_, step, inputTokens) => {
    const reports: ResponseReport[] = [];
    const { proxy } = await proxyTo([step], { onResponse: (report) => void reports.push(report) });
    await send(proxy, { path, body: { ...chat, stream: true } });
    await expect.poll(() => reports, { timeout: 5000 }).toHaveLength(1);
    expect(reports[0]).toMatchObject({ status: 'completed', model: 'glm-5.3', diagnostics: {} });
    expect(reports[0]?.usage?.input_tokens).toBe(inputTokens);
  });

  it('that fail are counted as that', async () => {
    const reports: ResponseReport[] = [];
    const { proxy } = await proxyTo([glmError(401, '1000', 'no')], {
      onResponse: (report) => void reports.push(report),
    });
    await send(proxy, { path, body: chat });
    expect(reports).toMatchObject([{ status: 'failed', usage: undefined, error: { code: 'PROVIDER_AUTH' } }]);
  });

  it('are asked for again when the provider is busy', async () => {
    const { proxy, upstream } = await proxyTo([glmError(429, '1302', 'busy'), reset(), status(200, completion)]);
    expect((await send(proxy, { path, body: chat })).status).toBe(200);
    expect(upstream.requests).toHaveLength(3);
  });

  it('that are refused keep the provider’s status and words, without the key', async () => {
    const { proxy } = await proxyTo([glmError(401, '1000', `bad key ${testKey}`)]);
    const { status: code, text } = await send(proxy, { path, body: chat });
    expect(code).toBe(401);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'invalid_api_key' } });
    expect(text).not.toContain(testKey);
  });

  it('that break off are cut, not mended', async () => {
    const entries: LogEntry[] = [];
    const steps = [cut(textChunks('Hello.').slice(0, 2))];
    const { proxy, upstream } = await proxyTo(steps, { log: (entry) => entries.push(entry) });
    await expect(send(proxy, { path, body: { ...chat, stream: true } })).rejects.toThrow(/aborted|hang up/);
    expect(upstream.requests).toHaveLength(1);
    expect(entries).toMatchObject([{ message: 'chat completion cut', fields: { code: 'PROVIDER_STREAM_CUT' } }]);
  });

  it('end at the provider when the client leaves', async () => {
    const { proxy, upstream } = await proxyTo([hang()]);
    const arrived = upstream.nextRequest();
    const { request, answer: never } = open(proxy, { path, body: chat });
    never.catch(() => {});
    const seen = await within(15_000, 'the request', arrived);
    request.destroy();
    await within(15_000, 'the end of the provider’s request', seen.aborted);
  });

  it('without messages are the client’s mistake', async () => {
    const { proxy } = await proxyTo([answer]);
    expect((await send(proxy, { path, body: { model: 'glm-5.3' } })).status).toBe(400);
  });
});

describe('client keys', () => {
  const keys: ClientKey[] = [];

  it('are asked for; one that was taken away is refused at once', async () => {
    const [mine, yours] = [createClientKey(), createClientKey()];
    keys.splice(0, 2, { name: 'mine', sha256: hashClientKey(mine) }, { name: 'yours', sha256: hashClientKey(yours) });
    const { proxy } = await proxyTo([answer], { token: false, clientKeys: clientKeysFrom(() => keys) });
    const statusWith = async (token: string | undefined) => (await send({ ...proxy, token }, { body: whole })).status;
    expect(await Promise.all([mine, yours, 'cgk_wrong', undefined].map(statusWith))).toEqual([200, 200, 401, 401]);
    keys.pop();
    expect(await statusWith(yours)).toBe(401);
    expect(await statusWith(mine)).toBe(200);
  });

  it('are needed for an address that others can reach', async () => {
    const options = { provider: 'demo', baseUrl: 'http://127.0.0.1:9', host: '0.0.0.0' } as const;
    await expect(startProxy(options)).rejects.toMatchObject({ hint: expect.stringContaining('TLS') });
    await expect(startProxy({ ...options, clientKeys: clientKeysFrom(() => []) })).rejects.toThrow(/client keys/);
  });

  it('let in whoever names the proxy otherwise, but no web page', async () => {
    const key = createClientKey();
    const clientKeys = clientKeysFrom(() => [{ name: 'mine', sha256: hashClientKey(key) }]);
    const { proxy } = await proxyTo([answer], { host: '0.0.0.0', token: false, clientKeys });
    expect(proxy.url).toBe(`http://127.0.0.1:${proxy.port}/v1`);
    const headers = { host: 'proxy.example.com' };
    expect((await send({ ...proxy, token: key }, { body: whole, headers })).status).toBe(200);
    const page = { ...headers, origin: 'https://example.com' };
    expect((await send({ ...proxy, token: key }, { body: whole, headers: page })).status).toBe(403);
  });
});

it('a proxy that drains lets a running answer end', async () => {
  const { proxy, upstream } = await proxyTo([
    async (response) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await answer(response, undefined as never);
    },
  ]);
  const arrived = upstream.nextRequest();
  const running = send(proxy, { body: whole });
  await within(15_000, 'the request', arrived);
  const closed = proxy.close(10_000);
  expect((await running).status).toBe(200);
  await within(15_000, 'the end', closed);
});

it('every answer has an id of its own, errors too', async () => {
  const { proxy } = await proxyTo([answer]);
  const answers = [await send(proxy, { body: whole }), await send(proxy, { path: '/nothing', body: {} })];
  const ids = answers.map(({ headers }) => headers['x-request-id']);
  expect(ids[0]).toMatch(/^req_[0-9a-f]{24}$/);
  expect(ids[1]).not.toBe(ids[0]);
});

it('what was refused is logged with its id and path, and nothing else of it', async () => {
  const entries: LogEntry[] = [];
  const { proxy } = await proxyTo([answer], { log: (entry) => entries.push(entry) });
  const refused = [
    await send(proxy, { path: '/v1/nothing?key=secret', body: whole }),
    await send({ ...proxy, token: 'wrong' }, { body: whole }),
    await send(proxy, { body: { model: 'glm-5.3', input: 7, secret: 'secret' } }),
  ];
  expect(entries).toMatchObject([
    { fields: { request: refused[0]?.headers['x-request-id'], path: '/v1/nothing', code: 'NOT_FOUND' } },
    { fields: { request: refused[1]?.headers['x-request-id'], path: '/v1/responses', code: 'UNAUTHORIZED' } },
    { fields: { request: refused[2]?.headers['x-request-id'], code: 'BAD_REQUEST' } },
  ]);
  expect(JSON.stringify(entries)).not.toContain('secret');
});

it.each([
  ['/v1/responses', whole, 'response.completed'],
  ['/v1/chat/completions', { ...chat, stream: true }, 'chat completion'],
])('what was answered at %s is logged with its id', async (path, body, message) => {
  const entries: LogEntry[] = [];
  const { proxy } = await proxyTo([answer], { log: (entry) => entries.push(entry) });
  const { headers } = await send(proxy, { path, body });
  await expect.poll(() => entries, { timeout: 5000 }).toHaveLength(1);
  expect(entries[0]).toMatchObject({
    level: 'info',
    message,
    fields: { request: headers['x-request-id'], model: 'glm-5.3', durationMs: expect.any(Number) as number },
  });
});
