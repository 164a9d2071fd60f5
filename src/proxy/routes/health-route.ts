import { version } from '../../version.ts';
import type { Handler } from './router.ts';
import type { Upstream } from '../upstream/upstream.ts';

export interface HealthOptions {
  /** The first is the one that serves names without a provider. */
  upstreams: readonly [Upstream, ...Upstream[]];
  /** Tells this proxy from another one at the same address. */
  instanceId: string | undefined;
}

/**
 * `GET /health`: does the proxy run, and can it reach its providers? 503 when the first one is down: nothing works then.
 * The providers are asked at most once in a while, however often this is called.
 */
export function healthRoute({ upstreams, instanceId }: HealthOptions): Handler {
  const [first] = upstreams;
  return async (_request, response) => {
    const results = await Promise.all(upstreams.map(({ probe }) => probe()));
    const providers = upstreams.map(({ provider }, index) => ({
      id: provider.id,
      upstream: provider.baseUrl,
      status: results[index]?.state,
      ...(results[index]?.problem !== undefined && { problem: results[index].problem }),
    }));
    const isDown = results[0]?.state === 'down';
    const status = isDown ? 'down' : results.every(({ state }) => state === 'ok') ? 'ok' : 'degraded';
    const body = {
      status,
      provider: first.provider.id,
      upstream: first.provider.baseUrl,
      providers,
      version,
      timestamp: new Date().toISOString(),
      instance: instanceId,
    };
    response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

/** `GET /ready`: the proxy takes requests. Asks nobody. */
export function readyRoute(instanceId: string | undefined, isClosing: () => boolean): Handler {
  return (_request, response) => {
    const status = isClosing() ? 'closing' : 'ready';
    response
      .writeHead(status === 'ready' ? 200 : 503, { 'content-type': 'application/json' })
      .end(JSON.stringify({ status, instance: instanceId }));
  };
}
