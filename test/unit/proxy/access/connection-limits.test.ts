import { createServer, ServerResponse, IncomingMessage, type ServerOptions } from 'node:http';
import { connect, Socket, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { checkRunning, explainRefusals } from '../../../../src/proxy/access/connection-limits.ts';
import { within } from '../../../helpers/deadline.ts';

/** Sends bytes and reads until the server closes. */
async function raw(bytes: string, options: ServerOptions = {}): Promise<string> {
  const server = createServer(options, (_, response) => void response.end());
  explainRefusals(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // an object for every TCP server that listens
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(bytes);
  let text = '';
  const read = async () => {
    for await (const part of socket) text += String(part);
    return text;
  };
  return within(10_000, 'the answer', read());
}

it.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400, {}],
  ['headers that are too large', `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`, 431, {}],
  ['headers that take too long', 'GET / HTTP/1.1\r\n', 408, { headersTimeout: 30, connectionsCheckingInterval: 10 }],
])('%s are refused in OpenAI’s shape', async (_, bytes, status, options) => {
  const answer = await raw(bytes, options);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: { type: 'invalid_request_error' } });
});

it('more requests than can be worked on are put off', () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  checkRunning(511, response);
  expect(() => checkRunning(512, response)).toThrow(expect.objectContaining({ status: 429 }));
  expect(response.getHeader('retry-after')).toBe('1');
});
