/** Requests that are meant to be understood in two ways, or to come from where they may not. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDiskStore } from '../../src/history/disk-store.ts';
import type { Proxy } from '../../src/proxy/server.ts';
import { within } from '../helpers/deadline.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { question, send } from '../helpers/responses-client.ts';
import { stream, textChunks } from '../helpers/scripted-upstream.ts';
import { testFolder } from '../helpers/test-folder.ts';

const answer = stream(textChunks('Hi.'));
const body = JSON.stringify({ input: 'hi' });

/** Sends bytes, and reads until the proxy closes the connection. */
async function raw(proxy: Proxy, bytes: string): Promise<string> {
  const socket = connect(proxy.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (part) => (text += String(part))).on('error', () => {});
  socket.write(bytes.replaceAll('HOST', `127.0.0.1:${proxy.port}`).replaceAll('TOKEN', proxy.token ?? ''));
  await within(10_000, 'the end of the connection', new Promise((resolve) => void socket.on('close', resolve)));
  return text;
}

const head =
  'POST /v1/responses HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\n';
const hidden = 'GET /v1/models HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer TOKEN\r\n\r\n';

describe('a request with two ends', () => {
  it.each([
    ['a length and chunks', `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['chunks and a length', `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`],
    ['two lengths', `${head}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
    ['a list of lengths', `${head}Content-Length: 0, 5\r\n\r\n${hidden}`],
    ['a signed length', `${head}Content-Length: +${body.length}\r\n\r\n${body}${hidden}`],
    ['a folded header', `${head}Content-Length:\r\n ${body.length}\r\n\r\n${body}${hidden}`],
    ['a blank before the colon', `${head}Content-Length : ${body.length}\r\n\r\n${body}${hidden}`],
    ['chunks in another spelling', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['chunks twice', `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`],
    ['a NUL in a header', `${head}X-A: a\0b\r\nContent-Length: ${body.length}\r\n\r\n${body}${hidden}`],
    ['a line end without CR', `${head}X-A: a\nContent-Length: 0\r\n\r\n${hidden}`],
    ['a chunk longer than it says', `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{}}\r\n0\r\n\r\n${hidden}`],
  ])('%s: one 400, nothing behind it is answered, the provider is not asked', async (_, bytes) => {
    const { proxy, upstream } = await proxyTo([answer]);
    const text = await raw(proxy, bytes);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    expect(text).not.toContain('"object":"list"');
    expect(upstream.requests).toHaveLength(0);
  });

  it('of two hosts the first one counts, in all places', async () => {
    const { proxy, upstream } = await proxyTo([answer]);
    const twoHosts = head.replace('Host: HOST', 'Host: evil.example\r\nHost: HOST');
    const text = await raw(proxy, `${twoHosts}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('a web page', () => {
  const open = ['/health', '/healthz', '/ready'];
  const all = [...open, '/v1/models', '/v1/responses', '/v1/chat/completions', '/v1/responses/resp_a', '/nothing'];

  it.each(all)('gets nothing from %s, by a name of its own that leads here, or across origins', async (path) => {
    const { proxy, upstream } = await proxyTo([answer], { token: false });
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD']) {
      for (const headers of [
        { host: 'rebound.example' },
        { host: `rebound.example:${proxy.port}` },
        { host: `127.0.0.1.rebound.example:${proxy.port}` },
        { host: `localhost:${proxy.port}@rebound.example` },
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: `http://127.0.0.1:${proxy.port}` },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'same-origin' },
      ]) {
        const got = await send(proxy, { method, path, headers, ...(method === 'POST' && { body: question }) });
        expect({ method, headers, status: got.status }).toEqual({ method, headers, status: 403 });
        expect(Object.keys(got.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    }
    expect(upstream.requests).toHaveLength(0);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=a', ''])(
    'cannot send a form as JSON (%s)',
    async (type) => {
      const { proxy, upstream } = await proxyTo([answer], { token: false });
      for (const path of [
        '/v1/responses',
        '/v1/chat/completions',
        '/v1/responses/compact',
        '/v1/responses/input_tokens',
      ]) {
        const got = await send(proxy, { path, body: question, headers: { 'content-type': type } });
        expect({ path, status: got.status }).toEqual({ path, status: 415 });
      }
      expect(upstream.requests).toHaveLength(0);
    },
  );
});

describe('an id', () => {
  const ids = [
    '..',
    '../secret',
    '..%2fsecret',
    '%2e%2e%2fsecret',
    '..\\secret',
    '/etc/passwd',
    'resp_a/../../secret',
    'resp_a%00',
    'resp_a\0',
    'resp_a\r\nx: y',
    'secret.json',
    '__proto__',
    'constructor',
    `resp_${'a'.repeat(5000)}`,
  ];

  it.each(ids)('%j names no file but that of a response', async (id) => {
    const folder = await testFolder();
    writeFileSync(join(folder, 'secret.json'), '{"response":{"id":"secret"},"input":["canary"]}');
    const store = await openDiskStore(join(folder, 'history'));
    const { proxy, upstream } = await proxyTo([answer], { history: store });
    const inBody = await send(proxy, { body: { ...question, stream: false, previous_response_id: id } });
    // a NUL belongs in no id
    expect(inBody.status).toBe(id.includes('\0') ? 400 : 404);
    expect(JSON.parse(inBody.text)).toMatchObject({ error: { type: 'invalid_request_error' } });
    for (const [method, end] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/cancel'],
      ['GET', '/input_items'],
    ] as const) {
      const asIs = encodeURI(id).replaceAll('%25', '%');
      for (const spelling of [asIs, encodeURIComponent(id)]) {
        const got = await send(proxy, { method, path: `/v1/responses/${spelling}${end}` });
        expect([400, 404, 405], `${method} ${spelling}`).toContain(got.status);
        expect(got.text).not.toContain('canary');
      }
    }
    expect(upstream.requests).toHaveLength(0);
    expect(existsSync(join(folder, 'secret.json'))).toBe(true);
    expect(readdirSync(join(folder, 'history'))).toEqual([]);
  });
});

describe('a compressed body', () => {
  it.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip'])(
    '(%s) is refused before a byte of it is unpacked',
    async (encoding) => {
      const { proxy, upstream } = await proxyTo([answer]);
      // 100 MB of blanks
      const bomb = gzipSync(Buffer.alloc(100_000_000, ' '));
      for (const path of ['/v1/responses', '/v1/chat/completions']) {
        const got = await send(proxy, { path, body: bomb, headers: { 'content-encoding': encoding } });
        expect(got.status).toBe(415);
      }
      expect(upstream.requests).toHaveLength(0);
    },
  );
});

it('`__proto__` in every place of an answer changes nothing but itself, of a request it is refused', async () => {
  const polluting = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const chunk =
    `{"__proto__":{"polluted":1},"choices":[{"index":0,"__proto__":{"polluted":1},"delta":{"__proto__":{"polluted":1},` +
    `"content":"Hi.","tool_calls":[{"index":0,"id":"__proto__","function":{"name":"__proto__","arguments":${JSON.stringify(polluting)}}}]},` +
    `"finish_reason":"tool_calls"}],"usage":{"__proto__":{"prompt_tokens":1}}}`;
  const { proxy } = await proxyTo([
    (response) => void response.writeHead(200).end(`data: ${chunk}\n\ndata: [DONE]\n\n`),
    (response) =>
      void response.writeHead(400).end(`{"error":{"code":"__proto__","message":"no","__proto__":{"polluted":1}}}`),
    (response) =>
      void response.writeHead(400).end(`{"error":{"code":"constructor","metadata":{"__proto__":{"raw":"x"}}}}`),
  ]);
  const request = `{"input":[{"role":"user","content":"hi"}],"metadata":${polluting},"client_metadata":${polluting},"tools":[{"type":"function","name":"__proto__","parameters":${polluting}}],"text":{"format":{"type":"json_schema","name":"__proto__","schema":${polluting}}}}`;
  const polluted = await send(proxy, { body: request });
  expect(polluted.status).toBe(400);
  expect(polluted.text).toContain('is no field name');
  const statuses = [];
  const named = request.replaceAll('"__proto__":', '"proto":');
  for (let i = 0; i < 3; i++) statuses.push((await send(proxy, { body: named })).status);
  expect(statuses).toEqual([200, 400, 400]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});
