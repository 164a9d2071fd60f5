import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startProxy } from '../../src/proxy/server.ts';
import { codexHeaders, eventsOf, question, send, textOfDeltas } from '../helpers/responses-client.ts';
import { repositoryRoot } from '../helpers/test-place.ts';

const read = (name: string) => readFileSync(join(repositoryRoot, 'fixtures/tls', name), 'utf8');
const certificate = read('test-certificate.pem');

/** A provider whose certificate no machine trusts; the names that clients asked it for, one for each connection. */
async function startTlsProvider(names: unknown[] = []): Promise<string> {
  const chunk = { choices: [{ index: 0, delta: { content: 'Hi.' }, finish_reason: 'stop' }] };
  const server = createServer({ cert: certificate, key: read('test-key.pem') }, (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  });
  server.on('secureConnection', ({ servername }) => names.push(servername));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // `address()` is an object for every TCP server that listens
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

async function ask(extraCa?: string) {
  const provider = { baseUrl: await startTlsProvider() };
  const proxy = await startProxy({ provider, environment: {}, firstRetryDelayMs: 1, ...(extraCa && { extraCa }) });
  onTestFinished(() => proxy.close());
  return send(proxy, { body: question, headers: codexHeaders });
}

test('a company’s own certificate authority is trusted when it is named', async () => {
  const { text } = await ask(certificate);
  expect(textOfDeltas(eventsOf(text))).toBe('Hi.');
});

test('else the refusal names the certificate', async () => {
  const { status, text } = await ask();
  expect(status).toBe(400);
  expect(text).toMatch(/certificate/i);
});

test('one connection made ahead, by the name of the server, serves the first request', async () => {
  const names: unknown[] = [];
  const provider = { baseUrl: await startTlsProvider(names) };
  const proxy = await startProxy({ provider, environment: {}, extraCa: certificate });
  onTestFinished(() => proxy.close());
  await proxy.warm();
  while (names.length === 0) await new Promise(setImmediate);
  const { text } = await send(proxy, { body: question, headers: codexHeaders });
  expect(textOfDeltas(eventsOf(text))).toBe('Hi.');
  expect(names).toEqual(['localhost']);
});
