import type { Dispatcher } from 'undici';
import { post, type PostOptions, type ReceivedAnswer } from './post.ts';

export interface DispatcherOptions {
  connectTimeoutMs: number;
  /** Until the provider's status arrives. */
  headersTimeoutMs: number;
  /** Longest silence between two reads of a body. */
  bodyTimeoutMs: number;
  /** PEM text of certificate authorities to trust besides those that node trusts. */
  extraCa?: string | undefined;
  /** Where HTTPS_PROXY, HTTP_PROXY, ALL_PROXY (http only, no SOCKS) and NO_PROXY are looked up (either case). */
  environment: Readonly<Record<string, string | undefined>>;
}

/** Connections to one provider. `close` drops them all, running requests included. */
export interface Connections {
  /** For streams of many small reads. */
  post(options: Omit<PostOptions, 'origin'>): Promise<ReceivedAnswer>;
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** Loads the HTTP client; no connection is opened yet. */
export async function openConnections(origin: string, options: DispatcherOptions): Promise<Connections> {
  const dispatcher = await createDispatcher(origin, options);
  return {
    post: (postOptions) => post(dispatcher, { ...postOptions, origin }),
    async request(requestOptions) {
      const { default: request } = await import('undici/lib/api/api-request.js');
      return request.call(dispatcher, { ...requestOptions, origin });
    },
    close: () => dispatcher.destroy(),
  };
}

async function createDispatcher(origin: string, options: DispatcherOptions): Promise<Dispatcher> {
  const settings = {
    connect: { timeout: options.connectTimeoutMs, ...(await trusting(options.extraCa)) },
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
    // between two requests of a turn a command runs; undici's own 4 s would cost a TLS handshake each time
    keepAliveTimeout: 30_000,
  };
  const proxy = proxySettings(options.environment);
  if (proxy) {
    // all of undici: its proxy agent calls methods that only the index puts in place
    const { EnvHttpProxyAgent } = await import('undici');
    return new EnvHttpProxyAgent({ ...settings, ...proxy, requestTls: settings.connect });
  }
  const { default: Pool } = await import('undici/lib/dispatcher/pool.js');
  return new Pool(origin, settings);
}

/** Naming one authority would drop all others. */
async function trusting(extraCa: string | undefined): Promise<{ ca?: string[] }> {
  if (extraCa === undefined) return {};
  const { rootCertificates } = await import('node:tls');
  return { ca: [...rootCertificates, extraCa] };
}

/** A server on this machine is never reached through a proxy, whatever NO_PROXY says. */
const loopback = 'localhost,127.0.0.1,[::1]';

function proxySettings(
  environment: DispatcherOptions['environment'],
): { httpProxy: string; httpsProxy: string; noProxy: string } | undefined {
  const read = (name: string) => environment[name.toLowerCase()] ?? environment[name] ?? '';
  const allProxy = /^https?:/i.test(read('ALL_PROXY')) ? read('ALL_PROXY') : '';
  const httpProxy = read('HTTP_PROXY') || allProxy;
  const httpsProxy = read('HTTPS_PROXY') || allProxy;
  if (httpProxy === '' && httpsProxy === '') return undefined;
  const noProxy = read('NO_PROXY');
  return { httpProxy, httpsProxy, noProxy: noProxy === '' ? loopback : `${noProxy},${loopback}` };
}
