import { createServer, ServerResponse, IncomingMessage, type RequestListener, type ServerOptions } from 'node:http';
import { connect, Socket, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { checkRunning, explainRefusals } from '../../../../src/proxy/access/connection-limits.ts';
import { until, within } from '../../../helpers/deadline.ts';

let clientSocket: Socket;

/** Sends bytes, keeps its side open, and reads until the connection is gone. */
async function raw(
  bytes: string,
  options: ServerOptions = {},
  handle: RequestListener = (_, response) => void response.end(),
): Promise<string> {
  const server = createServer(options, handle);
  explainRefusals(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // an object for every TCP server that listens
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.write(bytes);
  clientSocket = socket;
  let text = '';
  socket.on('data', (part) => (text += String(part))).on('error', () => {});
  await within(
    10_000,
    'the end of the answer',
    new Promise((resolve) => void socket.once('end', resolve).once('close', resolve)),
  );
  const connections = () => new Promise((resolve) => void server.getConnections((_, count) => resolve(count)));
  await until('the end of the connection', async () => (await connections()) === 0, 5000, 20);
  return text;
}

it.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400, {}],
  ['headers that are too large', `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`, 431, {}],
  ['a body that breaks off', 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 400, {}],
  [
    'a body that does not come',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf',
    408,
    { headersTimeout: 30, requestTimeout: 60, connectionsCheckingInterval: 10 },
  ],
  ['headers that take too long', 'GET / HTTP/1.1\r\n', 408, { headersTimeout: 30, connectionsCheckingInterval: 10 }],
])(
  '%s: refused in OpenAI’s shape, and no connection stays, whatever the client does',
  async (_, bytes, status, options) => {
    // answered when the body is there, as by the proxy
    const answer = await raw(bytes, options, (request, response) => {
      request.resume().on('end', () => void response.end());
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: { type: 'invalid_request_error' } });
  },
);

it('rubbish behind a request that is being answered cuts the answer, and is not mixed into it', async () => {
  const answer = await raw('GET / HTTP/1.1\r\nhost: x\r\n\r\n', {}, (_request, response) => {
    response.write('half');
    setImmediate(() => clientSocket.write('rubbish\r\n\r\n'));
  });
  expect(answer).toContain('half');
  expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
});

it('more requests than can be worked on are put off', () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  checkRunning(511, response);
  expect(() => checkRunning(512, response)).toThrow(expect.objectContaining({ status: 429 }));
  expect(response.getHeader('retry-after')).toBe('1');
});
