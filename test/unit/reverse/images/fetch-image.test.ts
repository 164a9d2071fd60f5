import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fetchImage } from '../../../../src/reverse/images/fetch-image.ts';
import { createImageRoom } from '../../../../src/reverse/images/image-room.ts';
import { repositoryRoot } from '../../../helpers/test-place.ts';

const read = (name: string) => readFileSync(join(repositoryRoot, 'fixtures/tls', name), 'utf8');
const ca = read('test-certificate.pem');
const never = new AbortController().signal;

/** An https server on loopback, which the guard takes for a public one while `isAllowed` says so. */
async function imageServer(answer: RequestListener) {
  let requests = 0;
  const server = createServer({ cert: ca, key: read('test-key.pem') }, (request, response) => {
    requests++;
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}/image.png`, requests: () => requests };
}

/** Allows loopback by IPv4, and tells which addresses were asked about. */
function allowLoopback() {
  const asked: string[] = [];
  const isAllowed = (address: string) => {
    asked.push(address);
    return address === '127.0.0.1' || address === '::1';
  };
  return { network: { isAllowed, ca }, asked };
}

test('an image is read from the address that was checked', async () => {
  const { url } = await imageServer((_, response) => response.end('bytes'));
  const { network, asked } = allowLoopback();
  expect((await fetchImage(url, createImageRoom(100), never, network)).toString()).toBe('bytes');
  expect(asked).toContain('127.0.0.1');
});

test('an address that the guard does not allow is not connected to, whatever its name', async () => {
  const { url, requests } = await imageServer((_, response) => response.end('bytes'));
  await expect(fetchImage(url, createImageRoom(100), never, { ca })).rejects.toThrow(/not a public address/);
  expect(requests()).toBe(0);
});

test.each([
  ['an address of the network', 'https://10.0.0.1/x.png', /10\.0\.0\.1 cannot be used: it is not a public address/],
  ['the address of cloud metadata', 'https://169.254.169.254/latest', /not a public address/],
  ['another loopback address', 'https://[::ffff:127.0.0.1]/x.png', /not a public address/],
  ['plain http', 'http://localhost/x.png', /must begin with https/],
  ['a file', 'file:///etc/passwd', /must begin with https/],
  ['itself for ever', '/again.png', /redirects too often/],
])('a redirect to %s is not followed', async (_, location, message) => {
  const { url, requests } = await imageServer((_request, response) => {
    response.writeHead(302, { location }).end();
  });
  const { network } = allowLoopback();
  await expect(fetchImage(url, createImageRoom(100), never, network)).rejects.toThrow(message);
  expect(requests()).toBe(location.startsWith('/') ? 4 : 1);
});

test('a redirect to a name that resolves to an address of the network is not followed', async () => {
  let target = '';
  const { url, requests } = await imageServer(
    (_, response) => void response.writeHead(302, { location: target }).end(),
  );
  target = url;
  let lookups = 0;
  // DNS rebinding: the name is public the first time, and not the second
  const network = { ca, isAllowed: () => lookups++ === 0 };
  await expect(fetchImage(url.replace('localhost', '127.0.0.1'), createImageRoom(100), never, network)).rejects.toThrow(
    /localhost is not a public address/,
  );
  expect(requests()).toBe(1);
});

test.each([
  ['announced', (bytes: number) => ({ 'content-length': String(bytes) })],
  ['not announced', () => ({})],
])('an image that is too large and %s is not read to its end', async (_, headers) => {
  const { url } = await imageServer((_request, response) => {
    response.writeHead(200, headers(1_000_000)).write(Buffer.alloc(2000));
  });
  const { network } = allowLoopback();
  await expect(fetchImage(url, createImageRoom(1000), never, network)).rejects.toMatchObject({ status: 413 });
});

test('a client that leaves ends the download', async () => {
  const { url } = await imageServer((_, response) => void response.writeHead(200).write('a'));
  const leave = new AbortController();
  const { network } = allowLoopback();
  const reading = fetchImage(url, createImageRoom(1000), leave.signal, network);
  leave.abort();
  await expect(reading).rejects.toThrow();
});
