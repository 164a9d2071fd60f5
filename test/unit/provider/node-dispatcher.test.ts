import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createNodeDispatcher } from '../../../src/provider/node-dispatcher.ts';
import { post, type PostDispatcher } from '../../../src/provider/post.ts';
import { within } from '../../helpers/deadline.ts';

const good = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** A server that answers each request by what `answer` says for it; counts connections and requests. */
async function server(answer: (request: number, socket: Socket) => string | undefined) {
  const seen = { connections: 0, requests: 0 };
  const sockets: Socket[] = [];
  const listening = createServer((socket) => {
    seen.connections++;
    sockets.push(socket);
    socket.on('error', () => {});
    // each request comes in one read: the bodies are short
    socket.on('data', () => {
      const text = answer(++seen.requests, socket);
      if (text !== undefined) socket.write(text);
    });
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(() => void (listening.listening && listening.close()));
  const { port } = listening.address() as AddressInfo;
  const options = { connectTimeoutMs: 5000, keepAliveMs: 30_000 };
  const dispatcher = await createNodeDispatcher(`http://127.0.0.1:${port}`, options);
  onTestFinished(() => dispatcher.destroy());
  const stop = async () => {
    listening.close();
    await once(listening, 'close');
  };
  return { dispatcher, seen, sockets, stop };
}

/** Deadline: that of the test. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}

async function ask(dispatcher: PostDispatcher, body: string | Buffer[] = 'hi'): Promise<string> {
  const { signal } = new AbortController();
  const limits = { headersTimeout: 5000, bodyTimeout: 5000 };
  const answer = await within(5000, 'a status', post(dispatcher, { path: '/', headers: {}, body, signal, ...limits }));
  let text = '';
  for await (const part of answer.body) text += part.toString();
  return `${answer.status} ${text}`;
}

test('one request after the other goes over one connection', async () => {
  const { dispatcher, seen } = await server(() => good);
  for (let n = 0; n < 3; n++) expect(await ask(dispatcher)).toBe('200 ok');
  expect(seen).toEqual({ connections: 1, requests: 3 });
});

test('a kept connection that the server closes when it is used again is replaced unseen', async () => {
  const { dispatcher, seen } = await server((request, socket) => (request === 2 ? void socket.destroy() : good));
  expect(await ask(dispatcher)).toBe('200 ok');
  expect(await ask(dispatcher, [Buffer.from('h'), Buffer.from('i')])).toBe('200 ok');
  expect(seen).toEqual({ connections: 2, requests: 3 });
});

test('a new connection that is closed is a failure at once', async () => {
  const { dispatcher, seen } = await server((_, socket) => void socket.destroy());
  await expect(ask(dispatcher)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen.requests).toBe(1);
});

test('a kept connection is replaced only once', async () => {
  const { dispatcher, seen } = await server((request, socket) => (request > 1 ? void socket.destroy() : good));
  expect(await ask(dispatcher)).toBe('200 ok');
  await expect(ask(dispatcher)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen.requests).toBe(3);
});

test('what a server says behind its answer is no answer to the next request', async () => {
  const { dispatcher } = await server((request) => (request === 1 ? `${good}HTTP/1.1 500 Bad\r\n\r\n` : good));
  expect(await ask(dispatcher)).toBe('200 ok');
  expect(await ask(dispatcher)).toBe('200 ok');
});

test('a connection opened ahead is taken by the first request, and asking twice opens one', async () => {
  const { dispatcher, seen } = await server(() => good);
  dispatcher.connect?.();
  dispatcher.connect?.();
  await until(() => seen.connections === 1);
  expect(await ask(dispatcher)).toBe('200 ok');
  expect(await ask(dispatcher)).toBe('200 ok');
  expect(seen).toEqual({ connections: 1, requests: 2 });
});

test('a request that comes while the connection ahead is being made takes it', async () => {
  const { dispatcher, seen } = await server(() => good);
  dispatcher.connect?.();
  expect(await ask(dispatcher)).toBe('200 ok');
  expect(seen).toEqual({ connections: 1, requests: 1 });
});

test('a connection ahead that the server has closed is not taken', async () => {
  const { dispatcher, seen, sockets } = await server(() => good);
  dispatcher.connect?.();
  await until(() => sockets.length === 1);
  sockets[0]?.end();
  await once(sockets[0] as Socket, 'close');
  expect(await ask(dispatcher)).toBe('200 ok');
  expect(seen).toEqual({ connections: 2, requests: 1 });
});

test('a connection ahead that the server closes when it is used is replaced unseen', async () => {
  const { dispatcher, seen } = await server((request, socket) => (request === 1 ? void socket.destroy() : good));
  dispatcher.connect?.();
  await until(() => seen.connections === 1);
  // one more look at the sockets: this side is connected, too
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(await ask(dispatcher)).toBe('200 ok');
  expect(seen).toEqual({ connections: 2, requests: 2 });
});

test('that nobody listens is left to the request to tell', async () => {
  const { dispatcher, stop } = await server(() => good);
  await stop();
  dispatcher.connect?.();
  await expect(ask(dispatcher)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(ask(dispatcher)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a kept connection that breaks inside an answer is a failure: the server has begun to serve the request', async () => {
  const { dispatcher, seen } = await server((request, socket) => {
    if (request === 1) return good;
    socket.end('HTTP/1.1 200 OK\r\ncontent-ty');
    return undefined;
  });
  expect(await ask(dispatcher)).toBe('200 ok');
  await expect(ask(dispatcher)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen).toEqual({ connections: 1, requests: 2 });
});
