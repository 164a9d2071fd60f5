import { describe, expect, it } from 'vitest';
import { startProxy } from '../../src/index.ts';
import { within } from '../helpers/deadline.ts';
import { proxyTo, testKey } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, question, send, textOfDeltas } from '../helpers/responses-client.ts';
import { stream, textChunks } from '../helpers/scripted-upstream.ts';

const answer = stream(textChunks('Hi.'));

describe('who may talk to the proxy', () => {
  it.each([
    ['no token', { authorization: '' }, 401],
    ['a wrong token', { authorization: 'Bearer wrong' }, 401],
    ['a foreign Host', { host: 'evil.example' }, 403],
    ['our address with a wrong port', { host: '127.0.0.1:1' }, 403],
    ['an Origin', { origin: 'http://127.0.0.1' }, 403],
    ['a null Origin', { origin: 'null' }, 403],
    ['a browser', { 'sec-fetch-site': 'cross-site' }, 403],
  ])(
    '%s is refused in OpenAI’s shape, and nothing is asked',
    async (_name, headers: Record<string, string>, status) => {
      const { proxy, upstream } = await proxyTo([answer]);
      const refused = await send(proxy, { body: question, headers });
      expect(refused.status).toBe(status);
      expect(JSON.parse(refused.text)).toMatchObject({ error: { message: expect.any(String), param: null } });
      expect(upstream.requests).toHaveLength(0);
    },
  );

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])('Host %s with our port is accepted', async (name) => {
    const { proxy } = await proxyTo([answer]);
    const { status } = await send(proxy, { body: question, headers: { host: `${name}:${proxy.port}` } });
    expect(status).toBe(200);
  });

  it('everyone on this machine, when the token is switched off', async () => {
    const { proxy } = await proxyTo([answer], { token: false });
    expect(proxy.token).toBeUndefined();
    expect((await send(proxy, { body: question })).status).toBe(200);
  });

  it('a token may be chosen; a random one is long and differs each time', async () => {
    const { proxy: chosen } = await proxyTo([answer], { token: 'my-own-token' });
    expect(chosen.token).toBe('my-own-token');
    const { proxy: first } = await proxyTo([answer]);
    const { proxy: second } = await proxyTo([answer]);
    expect(first.token).toMatch(/^[\w-]{43}$/);
    expect(first.token).not.toBe(second.token);
  });
});

describe('paths', () => {
  it('health answers without a token and does not name the key', async () => {
    const { proxy } = await proxyTo([answer]);
    const { status, text } = await send({ ...proxy, token: undefined }, { method: 'GET', path: '/health' });
    expect({ status, body: JSON.parse(text) }).toMatchObject({
      status: 200,
      body: { status: 'ok', provider: 'glm-test' },
    });
    expect(text).not.toContain(testKey);
  });

  it('models are OpenAI’s list', async () => {
    const { proxy } = await proxyTo([answer]);
    const { text } = await send(proxy, { method: 'GET', path: '/v1/models?client_version=0.169.0' });
    expect(JSON.parse(text)).toEqual({
      object: 'list',
      data: [{ id: 'glm-5.3', object: 'model', created: 0, owned_by: 'glm-test' }],
    });
  });

  it('an unknown path is 404, a wrong method 405 with Allow', async () => {
    const { proxy } = await proxyTo([answer]);
    const unknown = await send(proxy, { path: '/v1/embeddings', body: {} });
    expect(unknown.status).toBe(404);
    expect(JSON.parse(unknown.text)).toMatchObject({ error: { code: 'not_found', type: 'invalid_request_error' } });
    const wrong = await send(proxy, { method: 'GET', path: '/v1/responses' });
    expect({ status: wrong.status, allow: wrong.headers['allow'] }).toEqual({ status: 405, allow: 'POST' });
  });
});

describe('bad bodies', () => {
  it.each([
    ['no JSON', '{"input":', 400],
    ['an empty one', '', 400],
    ['an array', '[]', 400],
    ['a wrong type', '{"input":5}', 400],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
    ['deep nesting', '['.repeat(200_000), 400],
    ['too large', JSON.stringify({ input: 'x'.repeat(70_000) }), 413],
    ['far too large', JSON.stringify({ input: 'x'.repeat(1_000_000) }), 413],
  ])('%s', async (_name, body, status) => {
    const maxBodyBytes = status === 413 ? 65_536 : 1_000_000;
    const { proxy, upstream } = await proxyTo([answer], { maxBodyBytes });
    const refused = await send(proxy, { body });
    expect(refused.status).toBe(status);
    expect(JSON.parse(refused.text)).toMatchObject({ error: { message: expect.any(String) } });
    expect(upstream.requests).toHaveLength(0);
    expect((await send(proxy, { body: question })).status).toBe(200);
  });

  it('codex gets a 400 with plain words for all of them, because it repeats other statuses', async () => {
    const { proxy } = await proxyTo([answer], { maxBodyBytes: 1000 });
    const refused = await send(proxy, { body: { input: 'x'.repeat(1500) }, headers: codexHeaders });
    expect({ status: refused.status, text: refused.text }).toEqual({
      status: 400,
      text: 'The request body is larger than 1000 bytes.',
    });
  });

  it('a compressed body is refused', async () => {
    const { proxy } = await proxyTo([answer]);
    expect((await send(proxy, { body: question, headers: { 'content-encoding': 'zstd' } })).status).toBe(415);
  });
});

describe('startProxy', () => {
  it.each([
    [{ provider: 'nobody' }, 'UNKNOWN_PROVIDER'],
    [{ provider: 'zai', baseUrl: 'ftp://x' }, 'BAD_BASE_URL'],
    [{ provider: 'zai', baseUrl: 'https://user:pass@host/v1' }, 'BAD_BASE_URL'],
    [{ provider: 'demo' }, 'BAD_BASE_URL'],
    [{ provider: 'zai', host: '0.0.0.0' }, 'USAGE'],
    [{ provider: 'zai', apiKey: 'a key\nwith: a header' }, 'BAD_SETTING'],
  ])('refuses %j', async (options, code) => {
    await expect(startProxy(options)).rejects.toMatchObject({ name: 'UsageError', code });
  });

  it('rejects when the port is taken', async () => {
    const { proxy } = await proxyTo([answer]);
    const second = startProxy({ provider: 'zai', port: proxy.port });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('two proxies in one process each talk to their own provider', async () => {
    const one = await proxyTo([stream(textChunks('one'))]);
    const two = await proxyTo([stream(textChunks('two'))]);
    const texts = await within(
      10_000,
      'both answers',
      Promise.all(
        [one, two].map(async ({ proxy }) => textOfDeltas(eventsOf((await send(proxy, { body: question })).text))),
      ),
    );
    expect(texts).toEqual(['one', 'two']);
    const foreign = await send({ port: one.proxy.port, token: two.proxy.token }, { body: question });
    expect(foreign.status).toBe(401);
  });
});
