import { onTestFinished } from 'vitest';
import { startProxy, type Proxy, type ProxyOptions } from '../../src/proxy/server.ts';
import { startScriptedUpstream, type ScriptedUpstream, type Step } from './scripted-upstream.ts';

export interface ProxyUnderTest {
  proxy: Proxy;
  upstream: ScriptedUpstream;
}

/** A key of GLM's form, to be looked for in everything that leaves. */
export const testKey = 'abc123def456.CanaryKeySecret99';

/** To be called inside of a test, which closes both afterwards. Retries pause for milliseconds. */
export async function proxyTo(steps: Step[], options: Partial<ProxyOptions> = {}): Promise<ProxyUnderTest> {
  const upstream = await startScriptedUpstream(...steps);
  onTestFinished(() => upstream.close());
  const proxy = await startProxy({
    provider: {
      id: 'glm-test',
      name: 'GLM Test',
      baseUrl: upstream.baseUrl,
      mainModel: 'glm-5.3',
      models: [{ id: 'glm-5.3', family: 'glm' }],
    },
    // also for a provider of the catalog
    baseUrl: upstream.baseUrl,
    apiKey: testKey,
    firstRetryDelayMs: 5,
    environment: {},
    ...options,
  });
  onTestFinished(() => proxy.close());
  return { proxy, upstream };
}
