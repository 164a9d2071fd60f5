import type Undici from 'undici';
import type { Dispatcher } from 'undici';
import { isSocks, readProxyVariables } from './proxy-variables.ts';
import { post, type PostOptions, type ReceivedAnswer } from './post.ts';

export interface DispatcherOptions {
  connectTimeoutMs: number;
  /** Until the provider's status arrives. */
  headersTimeoutMs: number;
  /** Longest silence between two reads of a body. */
  bodyTimeoutMs: number;
  /** PEM text of certificate authorities to trust besides those that node trusts. */
  extraCa?: string | undefined;
  /** Where HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are looked up: see {@link readProxyVariables}. */
  environment: Readonly<Record<string, string | undefined>>;
}

/** Connections to one provider. `close` drops them all, running requests included. */
export interface Connections {
  /** For streams of many small reads. */
  post(options: Omit<PostOptions, 'origin' | 'headersTimeout' | 'bodyTimeout'>): Promise<ReceivedAnswer>;
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** Loads the HTTP client; no connection is opened yet. */
export async function openConnections(origin: string, options: DispatcherOptions): Promise<Connections> {
  const dispatcher = await createDispatcher(origin, options);
  // said with each request too: undici 7.30 does not hand them on to its connections through a SOCKS proxy
  const { headersTimeoutMs: headersTimeout, bodyTimeoutMs: bodyTimeout } = options;
  return {
    post: (postOptions) => post(dispatcher, { ...postOptions, origin, headersTimeout, bodyTimeout }),
    async request(requestOptions) {
      const { default: request } = await import('undici/lib/api/api-request.js');
      return request.call(dispatcher, { ...requestOptions, origin, headersTimeout, bodyTimeout });
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
  const proxy = readProxyVariables(origin, options.environment);
  if (proxy) {
    // All of undici: its proxy agent calls methods that only the index puts in place. By its default export: in the bundle
    // a CommonJS package has no other.
    const { default: undici } = await import('undici');
    if (isSocks(proxy.httpProxy) || isSocks(proxy.httpsProxy)) warnOfSocksUnheard(undici);
    return new undici.EnvHttpProxyAgent({ ...settings, ...proxy, requestTls: settings.connect });
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

/**
 * undici 7.30 tells once, on stderr, that its SOCKS support is experimental. That would fall into codex's screen, and the
 * user cannot do anything about it.
 */
function warnOfSocksUnheard({ Socks5ProxyAgent }: Pick<typeof Undici, 'Socks5ProxyAgent'>): void {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    void new Socks5ProxyAgent('socks5://127.0.0.1').close();
  } finally {
    process.emitWarning = emitWarning;
  }
}
