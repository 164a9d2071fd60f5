import { readCaFile } from '../config/ca-file.ts';
import type { Settings } from '../config/settings.ts';
import type { DemoServer } from '../demo/server.ts';
import { loadKey } from '../keys/load-key.ts';
import { checkApiKey } from '../provider/api-key.ts';
import { openListener } from '../proxy/access/listener.ts';
import type { ResponseReport } from '../proxy/exchange/response-report.ts';
import type { Proxy } from '../proxy/server.ts';

/** The proxy of one run, and the demo behind it where that is the provider. */
export interface OpenProxy {
  /** Base URL for codex; bound already. */
  readonly url: string;
  /** Absent for a server without keys. */
  readonly apiKey: string | undefined;
  /** Loads the proxy, which takes as long as the rest of a start; who connects before waits. Once. */
  start(): Promise<void>;
  close(): Promise<void>;
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
 * Binds the port of the proxy that the settings ask for, when all that can be refused in them has been looked at. The
 * caller starts and closes it.
 * @throws UsageError for a key that cannot be had or used, and an unreadable certificate file
 */
export async function openProxy(input: OpenProxyInput): Promise<OpenProxy> {
  const { settings, token, environment, onResponse, onRequest } = input;
  const apiKey = checkApiKey(await loadKey(settings.key, environment));
  const network = networkOptions(settings.network);
  const listener = await openListener(0, '127.0.0.1');
  let starting: Promise<Proxy> | undefined;
  let demo: DemoServer | undefined;

  async function start(): Promise<Proxy> {
    if (settings.provider.inProcess && settings.baseUrl === '') demo = await startDemo();
    const { startProxy } = await import('../proxy/server.ts');
    return startProxy({
      // a refused key is looked for where this one came from
      provider: { ...settings.provider, keyVariables: keyOrigin(settings.key) },
      baseUrl: demo?.baseUrl ?? settings.baseUrl,
      listener,
      token,
      environment,
      aliases: settings.aliases,
      requestsPerMinute: settings.requestsPerMinute,
      onResponse,
      onRequest,
      ...network,
      ...(settings.maxConcurrent !== undefined && { maxConcurrent: settings.maxConcurrent }),
      ...(apiKey !== undefined && { apiKey }),
    });
  }

  return {
    url: `http://127.0.0.1:${listener.port}/v1`,
    apiKey,
    async start() {
      const proxy = await (starting ??= start());
      // it is only quicker so; the first request tells what is wrong
      proxy.warm().catch(() => {});
    },
    async close() {
      await starting?.then(
        (proxy) => proxy.close(),
        () => {},
      );
      listener.close();
      await demo?.close();
    },
  };
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
