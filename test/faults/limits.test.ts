/** Limits that hold in a proxy of its own process, seen from outside. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { until, within } from '../helpers/deadline.ts';
import { startProxyProcess } from '../helpers/proxy-process.ts';
import { chunked, sendParts, sseHead, startRawProvider, type WireStep } from '../helpers/raw-provider.ts';
import { eventsOf, open, question, send, textOfDeltas } from '../helpers/responses-client.ts';
import { delta, finish, frame } from '../helpers/scripted-upstream.ts';
import { goodAnswer } from '../helpers/watched-proxy.ts';

const mebibyte = 1024 * 1024;

async function proxyTo(step: WireStep, options: object = {}) {
  const provider = await startRawProvider([step]);
  onTestFinished(() => provider.close());
  const proxy = await startProxyProcess({
    provider: { id: 'test', name: 'Test', baseUrl: provider.baseUrl, mainModel: 'glm-5.3', models: [] },
    ...options,
  });
  return { provider, proxy };
}

function request(proxy: { port: number; token: string }, length: number): string {
  return (
    `POST /v1/responses HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\nAuthorization: Bearer ${proxy.token}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
  );
}

function connectTo(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** 64 KiB of text that is not taken for an endless repetition. */
const piece = chunked(
  frame(delta({ content: Array.from({ length: 9362 }, (_, n) => n.toString(36).padStart(6)).join(' ') })),
);
const piecesPerStream = 4000;

it('a client that does not read costs bounded memory, and holds the provider back', async () => {
  let sent = 0;
  const flood: WireStep = async (wire) => {
    await wire.request();
    await wire.send(sseHead);
    for (let i = 0; i < piecesPerStream && !wire.isGone; i++) {
      await Promise.race([wire.send(piece), wire.gone]);
      sent++;
    }
  };
  const { proxy } = await proxyTo(flood);
  await send(proxy, { method: 'GET', path: '/v1/models' });
  const before = await proxy.memory();
  const streams = Array.from({ length: 4 }, () => open(proxy, { body: question }));
  for (const { answer } of streams) (await within(10_000, 'a head', answer)).pause();
  let last = -1;
  await until('a standstill', () => sent > 0 && last === (last = sent), 30_000, 300);
  const after = await proxy.memory();
  // 4 x 256 MB would have come. What did is in the buffers of the system; of the text so far the proxy keeps a copy
  expect(sent).toBeLessThan(2000);
  expect(after.heapBytes - before.heapBytes).toBeLessThan(64 * mebibyte);
  for (const { request: each } of streams) each.on('error', () => {}).destroy();
});

it('1000 idle keep-alive connections: memory for each is small, requests on them and beside them are answered', async () => {
  const { proxy } = await proxyTo(goodAnswer);
  await send(proxy, { body: question });
  const before = await proxy.memory();
  const sockets = Array.from({ length: 1000 }, () => connectTo(proxy.port));
  const body = JSON.stringify(question);
  await within(
    30_000,
    '1000 connections',
    Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve)))),
  );
  // each has been used once: for a small request that is answered at once
  const health = `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\n\r\n`;
  for (const socket of sockets) {
    socket.write(health);
    await within(5000, 'an answer', new Promise((resolve) => socket.once('data', resolve)));
  }
  const during = await proxy.memory();
  expect((during.heapBytes - before.heapBytes) / sockets.length).toBeLessThan(32 * 1024);
  const { text } = await send(proxy, { body: question });
  expect(textOfDeltas(eventsOf(text))).toBe('Good.');
  // longer than node itself keeps one
  await sleep(6500);
  expect(sockets.filter((socket) => socket.closed || socket.readableEnded)).toHaveLength(0);
  const old = sockets[500]!;
  let received = '';
  old.on('data', (part) => (received += String(part)));
  old.write(request(proxy, Buffer.byteLength(body)) + body);
  await until('an answer on an old connection', () => received.includes('response.completed'), 5000, 5);
  for (const socket of sockets) socket.destroy();
  await until('the end of all connections', async () => (await proxy.memory()).sockets === 0, 10_000, 20);
});

it('bodies that are announced and never sent cost nothing that stays', async () => {
  const { proxy, provider } = await proxyTo(goodAnswer);
  await send(proxy, { body: question });
  const before = await proxy.memory();
  for (let round = 0; round < 3; round++) {
    const sockets = Array.from({ length: 30 }, () => connectTo(proxy.port));
    for (const socket of sockets) socket.write(`${request(proxy, 100 * mebibyte)}{"input":"`);
    await sleep(100);
    for (const socket of sockets) socket.destroy();
    await until('the end of the connections', async () => (await proxy.memory()).sockets === 0, 10_000, 20);
  }
  expect((await proxy.memory()).rssBytes - before.rssBytes).toBeLessThan(64 * mebibyte);
  const { text } = await send(proxy, { body: question });
  expect(textOfDeltas(eventsOf(text))).toBe('Good.');
  expect(provider.received).toBe(2);
});

it('more requests than 512 at once are put off, and none of those under way is lost', async () => {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const waiting: WireStep = async (wire) => {
    await wire.request();
    await gate;
    await sendParts([
      sseHead,
      chunked(`${frame(delta({ content: 'Good.' }))}${frame(finish('stop'))}data: [DONE]\n\n`),
      chunked(''),
    ])(wire);
  };
  const { proxy, provider } = await proxyTo(waiting, { maxConcurrent: 8 });
  const answers = Array.from({ length: 512 }, () => send(proxy, { body: question }));
  await until(
    '8 requests at the provider',
    async () => provider.received === 8 && (await proxy.memory()).sockets >= 512,
    20_000,
    10,
  );
  const refused = await send(proxy, { body: question });
  expect(refused.status).toBe(429);
  expect(refused.headers['retry-after']).toBe('1');
  expect(provider.received).toBe(8);
  release();
  const texts = (await Promise.all(answers)).map(({ text }) => textOfDeltas(eventsOf(text)));
  expect(new Set(texts)).toEqual(new Set(['Good.']));
});
