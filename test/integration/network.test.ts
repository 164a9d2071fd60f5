import dns from 'node:dns';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, question, send, textOfDeltas } from '../helpers/responses-client.ts';
import { startScriptedUpstream, stream, textChunks } from '../helpers/scripted-upstream.ts';
import { startHttpTunnel, startSocksTunnel } from '../helpers/tunnels.ts';

const answer = stream(textChunks('Hi.'));

describe('the way to the provider', () => {
  it('leads through the proxy that the environment names', async () => {
    let port = 0;
    const tunnel = await startHttpTunnel(() => port);
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

  it.each(['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'])('leads through a SOCKS proxy in %s', async (name) => {
    const warnings = vi.spyOn(process, 'emitWarning');
    let port = 0;
    const tunnel = await startSocksTunnel(() => port);
    const { proxy, upstream } = await proxyTo([answer], {
      baseUrl: 'http://provider.test/v4/',
      environment: { [name]: tunnel.url.replace('socks5:', 'socks5h:') },
    });
    port = Number(new URL(upstream.baseUrl).port);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(textOfDeltas(eventsOf(text))).toBe('Hi.');
    expect(tunnel.targets).toEqual(['provider.test:80']);
    expect(warnings).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('does not lead through it to the hosts of NO_PROXY', async () => {
    const tunnel = await startHttpTunnel(() => 1);
    const { proxy } = await proxyTo([answer], {
      baseUrl: 'http://provider.invalid/v4',
      environment: { ALL_PROXY: tunnel.url, NO_PROXY: 'other.test,.invalid' },
    });
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(text).toMatch(/could not be reached at http:\/\/provider\.invalid/);
    expect(tunnel.targets).toEqual([]);
  });

  it('refuses a proxy that cannot be used, without its password', async () => {
    const options = {
      baseUrl: 'http://provider.test/v4',
      environment: { HTTP_PROXY: 'socks4://user:canary@127.0.0.1:1' },
    };
    await expect(proxyTo([], options)).rejects.toThrow(
      'HTTP_PROXY names a proxy that cannot be used: socks4://…@127.0.0.1:1',
    );
  });

  it('never leads through it to this machine', async () => {
    const tunnel = await startHttpTunnel(() => 1);
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

  it('falls back to another address of the host: IPv6 is named first and does not answer', async () => {
    // no name of this machine has both kinds
    const real = dns.lookup;
    const both = [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((host: string, ...rest: unknown[]) => {
      if (host === 'provider.test') return (rest.at(-1) as (error: null, found: typeof both) => void)(null, both);
      return Reflect.apply(real, dns, [host, ...rest]) as unknown;
    }) as typeof dns.lookup);
    onTestFinished(() => lookup.mockRestore());
    const upstream = await startScriptedUpstream(answer);
    onTestFinished(() => upstream.close());
    const baseUrl = upstream.baseUrl.replace('127.0.0.1', 'provider.test');
    const { proxy } = await proxyTo([], { baseUrl });
    expect(textOfDeltas(eventsOf((await send(proxy, { body: question, headers: codexHeaders })).text))).toBe('Hi.');
    expect(lookup).toHaveBeenCalledWith('provider.test', expect.objectContaining({ all: true }), expect.anything());
  });

  it('is prepared by warm, which asks nothing', async () => {
    const { proxy, upstream } = await proxyTo([answer]);
    await proxy.warm();
    await proxy.warm();
    expect(upstream.requests).toHaveLength(0);
    expect((await send(proxy, { body: question })).status).toBe(200);
  });
});
