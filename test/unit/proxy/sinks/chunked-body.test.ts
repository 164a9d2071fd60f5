import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { drained, writePart } from '../../../../src/proxy/sinks/chunked-body.ts';

/** Answers each request with the parts, the first by node itself; gives the bytes that a client gets for `head`. */
async function answerTo(head: string, parts: readonly string[]): Promise<string> {
  const server = createServer(async (_request, response) => {
    response.write(parts[0]);
    for (const part of parts.slice(1)) if (!writePart(response, part)) await drained(response);
    response.end();
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(head);
  return text(socket);
}

const parts = ['one', 'zwei 大', 'x'.repeat(300_000), 'four'];

it('frames parts as chunks, sized in bytes', async () => {
  const answer = await answerTo('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', parts);
  const framed = parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('');
  expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe(`${framed}0\r\n\r\n`);
});

it('does not frame them for HTTP/1.0', async () => {
  const answer = await answerTo('GET / HTTP/1.0\r\n\r\n', parts);
  expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe(parts.join(''));
});

it('keeps answers to pipelined requests apart', async () => {
  const head = 'GET / HTTP/1.1\r\nHost: a\r\n';
  const answer = await answerTo(`${head}\r\n${head}Connection: close\r\n\r\n`, ['a', 'b', 'c']);
  const bodies = answer.split('HTTP/1.1 200 OK').slice(1);
  expect(bodies.map((body) => body.slice(body.indexOf('\r\n\r\n') + 4))).toEqual(
    Array(2).fill('1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n'),
  );
});
