import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, question, send, textOfDeltas } from '../helpers/responses-client.ts';
import { stream, textChunks } from '../helpers/scripted-upstream.ts';

const answer = stream(textChunks('Hi.'));

/** An HTTP proxy that leads every CONNECT to one port of this machine. */
async function startHttpProxy(port: () => number): Promise<{ url: string; targets: string[] }> {
  const targets: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer();
  server.on('connect', (request, client: Socket) => {
    targets.push(request.url ?? '');
    const upstream = connect(port(), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    sockets.push(client, upstream);
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, targets };
}

describe('the way to the provider', () => {
  it('leads through the proxy that the environment names', async () => {
    let port = 0;
    const tunnel = await startHttpProxy(() => port);
    const { proxy, upstream } = await proxyTo([answer], {
      baseUrl: 'http://provider.test/v4/',
      environment: { HTTP_PROXY: tunnel.url },
    });
    port = Number(new URL(upstream.baseUrl).port);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(textOfDeltas(eventsOf(text))).toBe('Hi.');
    expect(tunnel.targets).toEqual(['provider.test:80']);
    expect(upstream.requests[0]?.url).toBe('/v4/chat/completions');
  });

  it('never leads through it to this machine', async () => {
    const tunnel = await startHttpProxy(() => 1);
    const { proxy } = await proxyTo([answer], { environment: { https_proxy: tunnel.url, HTTP_PROXY: tunnel.url } });
    expect((await send(proxy, { body: question, headers: codexHeaders })).status).toBe(200);
    expect(tunnel.targets).toEqual([]);
  });

  it('names a proxy that is not there', async () => {
    const { proxy } = await proxyTo([answer], {
      baseUrl: 'http://provider.test/v4',
      environment: { HTTP_PROXY: 'http://127.0.0.1:1' },
    });
    const { status, text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(status).toBe(400);
    expect(text).toMatch(/could not be reached at http:\/\/provider\.test: .*HTTPS_PROXY/);
  });

  it('is prepared by warm, which asks nothing', async () => {
    const { proxy, upstream } = await proxyTo([answer]);
    await proxy.warm();
    await proxy.warm();
    expect(upstream.requests).toHaveLength(0);
    expect((await send(proxy, { body: question })).status).toBe(200);
  });
});
