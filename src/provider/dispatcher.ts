import type Undici from 'undici';
import type { Dispatcher } from 'undici';
import { createNodeDispatcher } from './node-dispatcher.ts';
import { post, type PostDispatcher, type PostOptions, type ReceivedAnswer } from './post.ts';
import { isSocks, readProxyVariables } from './proxy-variables.ts';

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
  /** Opens one ahead of the first request, where no proxy is on the way; its failure is left to that request. */
  connect(): void;
  /** For streams of many small reads. */
  post(options: Omit<PostOptions, 'headersTimeout' | 'bodyTimeout'>): Promise<ReceivedAnswer>;
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** Between two requests of a turn a command runs; undici's own 4 s would cost a TLS handshake each time. */
const keepAliveMs = 30_000;

/** Loads the HTTP client; no connection is opened yet. */
export async function openConnections(origin: string, options: DispatcherOptions): Promise<Connections> {
  const { connectTimeoutMs, extraCa, headersTimeoutMs: headersTimeout, bodyTimeoutMs: bodyTimeout } = options;
  const ca = extraCa === undefined ? undefined : await trusting(extraCa);
  const proxy = readProxyVariables(origin, options.environment);
  let undici: Promise<Dispatcher> | undefined;
  const openUndici = () => (undici ??= createUndici(origin, options, ca, proxy));
  const direct = proxy ? undefined : await createNodeDispatcher(origin, { connectTimeoutMs, keepAliveMs, ca });
  const posting = direct ?? ofUndici(origin, await openUndici());
  return {
    connect: () => posting.connect?.(),
    // the limits are said with each request: undici 7.30 does not hand them on to its connections through a SOCKS proxy
    post: (postOptions) => post(posting, { ...postOptions, headersTimeout, bodyTimeout }),
    async request(requestOptions) {
      const { default: request } = await import('undici/lib/api/api-request.js');
      return request.call(await openUndici(), { ...requestOptions, origin, headersTimeout, bodyTimeout });
    },
    async close() {
      await Promise.all([direct?.destroy(), undici?.then((dispatcher) => dispatcher.destroy())]);
    },
  };
}

function ofUndici(origin: string, dispatcher: Dispatcher): PostDispatcher {
  return {
    dispatch(request, handler) {
      // undici takes any iterable as body (its documentation says so, its types do not); told the length, it sends no chunks
      const options = { ...request, origin, body: request.body as unknown as Buffer };
      dispatcher.dispatch(options, {
        ...handler,
        onResponseData: (_, bytes) => handler.onResponseData(bytes),
        onResponseError: (_, error) => handler.onResponseError(error),
      });
    },
    destroy: () => dispatcher.destroy(),
  };
}

async function createUndici(
  origin: string,
  options: DispatcherOptions,
  ca: string[] | undefined,
  proxy: ReturnType<typeof readProxyVariables>,
): Promise<Dispatcher> {
  const settings = {
    connect: { timeout: options.connectTimeoutMs, ...(ca && { ca }) },
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
    keepAliveTimeout: keepAliveMs,
  };
  if (proxy) {
    // All of undici: its proxy agent calls methods that only the index puts in place. By its default export: in the bundle
    // a CommonJS package has no other.
    const { default: all } = await import('undici');
    if (isSocks(proxy.httpProxy) || isSocks(proxy.httpsProxy)) warnOfSocksUnheard(all);
    return new all.EnvHttpProxyAgent({ ...settings, ...proxy, requestTls: settings.connect });
  }
  const { default: Pool } = await import('undici/lib/dispatcher/pool.js');
  return new Pool(origin, settings);
}

/** Naming one authority would drop all others. */
async function trusting(extraCa: string): Promise<string[]> {
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates, extraCa];
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
