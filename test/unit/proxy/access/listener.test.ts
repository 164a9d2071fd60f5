import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { openListener } from '../../../../src/proxy/access/listener.ts';
import { within } from '../../../helpers/deadline.ts';

function echoServer() {
  const server = createServer(async (received, response) => {
    let bytes = 0;
    for await (const part of received) bytes += (part as Buffer).length;
    response.end(String(bytes));
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

function post(port: number, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method: 'POST' }, async (response) => {
      let text = '';
      for await (const part of response) text += String(part);
      resolve(text);
    });
    sent.once('error', reject).end(body);
  });
}

test('who connects before the hand-over is answered after it, as is who comes later', async () => {
  const listener = await openListener(0, '127.0.0.1');
  const early = [post(listener.port, 'a'.repeat(200_000)), post(listener.port, 'bb')];
  const idle = connect(listener.port, '127.0.0.1');
  await within(5000, 'the connection', once(idle, 'connect'));
  const server = echoServer();
  await listener.handOver(server);
  expect(await within(5000, 'the early answers', Promise.all(early))).toEqual(['200000', '2']);
  expect(await within(5000, 'a later answer', post(listener.port, 'ccc'))).toBe('3');
  server.close();
  server.closeAllConnections();
  await within(5000, 'the end of an idle connection', once(idle.resume(), 'close'));
  await expect(post(listener.port, 'x')).rejects.toThrow('ECONNREFUSED');
});

test('a client that has gone before the hand-over does no harm', async () => {
  const listener = await openListener(0, '127.0.0.1');
  const gone = connect(listener.port, '127.0.0.1');
  await within(5000, 'the connection', once(gone, 'connect'));
  gone.resetAndDestroy();
  const server = echoServer();
  await listener.handOver(server);
  expect(await within(5000, 'an answer', post(listener.port, 'a'))).toBe('1');
});

test('without a hand-over closing ends those who wait', async () => {
  const listener = await openListener(0, '127.0.0.1');
  const waiting = post(listener.port, 'a');
  const refused = expect(waiting).rejects.toThrow(/ECONNRESET|socket hang up/);
  const probe = connect(listener.port, '127.0.0.1').on('error', () => {});
  await within(5000, 'the connection', once(probe, 'connect'));
  listener.close();
  await within(5000, 'the refusal', refused);
  await expect(post(listener.port, 'x')).rejects.toThrow('ECONNREFUSED');
});

test('a port in use is refused', async () => {
  const first = await openListener(0, '127.0.0.1');
  onTestFinished(() => first.close());
  await expect(openListener(first.port, '127.0.0.1')).rejects.toThrow('EADDRINUSE');
});
