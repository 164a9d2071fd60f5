import { readCaFile } from '../config/ca-file.ts';
import type { Settings } from '../config/settings.ts';
import type { DemoServer } from '../demo/server.ts';
import { loadKey } from '../keys/load-key.ts';
import type { ResponseReport } from '../proxy/response-report.ts';
import type { Proxy } from '../proxy/server.ts';

/** The proxy of one run, and the demo behind it where that is the provider. */
export interface OpenProxy extends Pick<Proxy, 'url' | 'warm' | 'close'> {
  /** Absent for a server without keys. */
  apiKey: string | undefined;
}

export interface OpenProxyInput {
  settings: Settings;
  token: string;
  environment: NodeJS.ProcessEnv;
  onResponse: (report: ResponseReport) => void;
  /** Told of every request as soon as it arrives. */
  onRequest: () => void;
}

/**
 * Starts the proxy that the settings ask for; the caller closes it.
 * @throws UsageError for a key that cannot be had, an unreadable certificate file, and what startProxy refuses
 */
export async function openProxy(input: OpenProxyInput): Promise<OpenProxy> {
  const { settings, token, environment, onResponse, onRequest } = input;
  const proxyModule = import('../proxy/server.ts');
  const demo = settings.provider.inProcess && settings.baseUrl === '' ? await startDemo() : undefined;
  try {
    const apiKey = await loadKey(settings.key, environment);
    const { startProxy } = await proxyModule;
    const proxy = await startProxy({
      // a refused key is looked for where this one came from
      provider: { ...settings.provider, keyVariables: keyOrigin(settings.key) },
      baseUrl: demo?.baseUrl ?? settings.baseUrl,
      token,
      environment,
      aliases: settings.aliases,
      requestsPerMinute: settings.requestsPerMinute,
      onResponse,
      onRequest,
      ...networkOptions(settings.network),
      ...(settings.maxConcurrent !== undefined && { maxConcurrent: settings.maxConcurrent }),
      ...(apiKey !== undefined && { apiKey }),
    });
    return {
      url: proxy.url,
      apiKey,
      warm: () => proxy.warm(),
      close: async () => {
        await proxy.close();
        await demo?.close();
      },
    };
  } catch (error) {
    await demo?.close();
    throw error;
  }
}

/** For the words `It is read from ...`. */
function keyOrigin(key: Settings['key']): string[] {
  switch (key.kind) {
    case 'value':
      return [key.origin];
    case 'command':
      return ['the command in config.toml'];
    case 'keychain':
      return ['the keychain of the system'];
    default:
      return [];
  }
}

/** The network settings as options of `startProxy`. */
export function networkOptions({ connectTimeoutMs, headersTimeoutMs, idleTimeoutMs, caFile }: Settings['network']): {
  connectTimeoutMs?: number;
  providerHeadersTimeoutMs?: number;
  providerIdleTimeoutMs?: number;
  extraCa?: string;
} {
  return {
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
    ...(headersTimeoutMs !== undefined && { providerHeadersTimeoutMs: headersTimeoutMs }),
    ...(idleTimeoutMs !== undefined && { providerIdleTimeoutMs: idleTimeoutMs }),
    ...(caFile !== undefined && { extraCa: readCaFile(caFile) }),
  };
}

async function startDemo(): Promise<DemoServer> {
  const { startDemoServer } = await import('../demo/server.ts');
  return startDemoServer();
}
