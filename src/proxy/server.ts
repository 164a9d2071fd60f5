import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream/promises';
import type { CustomProvider } from '../catalog/catalog.ts';
import type { ProviderDescription } from '../catalog/provider.ts';
import { CodexGlmError, UsageError } from '../errors/errors.ts';
import { toCodexGlmError } from '../errors/present.ts';
import { createChatClient } from '../provider/client.ts';
import { createLimiter } from '../provider/limiter.ts';
import { createGuard } from './guard.ts';
import { healthRoute } from './health-route.ts';
import type { Log } from './log.ts';
import { modelsRoute } from './models-route.ts';
import { compactRoute, responsesRoute, type ResponsesRouteOptions } from './responses-route.ts';
import { findRoute, pathOf, type Route } from './router.ts';
import { writeHttpError } from './sse-writer.ts';
import { resolveTarget } from './target.ts';

export interface ProxyOptions {
  /** An id of the catalog, or a description of any OpenAI-compatible server. */
  provider: string | CustomProvider | ProviderDescription;
  /** Replaces the provider's own; without `/chat/completions`. */
  baseUrl?: string;
  /** Given to the provider as bearer token. Without one no authorization is sent; the environment is not searched. */
  apiKey?: string;
  /** 0, the default, lets the system choose. */
  port?: number;
  /** A loopback address: 127.0.0.1 (default), localhost or ::1. */
  host?: string;
  /** What clients must send as bearer token; a random one by default (also for ""), `false` for none. */
  token?: string | false;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked up; default: the environment of the process. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Told what happens: never content, never keys. */
  log?: Log;
  /** Larger request bodies are refused. Default 128 MiB. */
  maxBodyBytes?: number;
  /** How long a client waits for a status line before the stream opens without the provider's. Default 10 000. */
  headersWaitMs?: number;
  /** Longest silence of a stream. Default 10 000. */
  keepAliveMs?: number;
  /** Pause before a failed request is repeated for the first time; doubles with each further one. Default 500. */
  firstRetryDelayMs?: number;
  /** Requests under way at the provider at once; more wait in line. Default: the provider's own figure, 0 for no limit. */
  maxConcurrent?: number;
  /** Requests begun within any 60 s; more wait in line. Default 0: no limit. */
  requestsPerMinute?: number;
  /** How long the provider may keep the connection of a finished answer open. Default 2 000. */
  tailMs?: number;
  /** Default 15 000. */
  connectTimeoutMs?: number;
  /** How long the provider may take for its status. Default 600 000: GLM thinks in silence for minutes. */
  providerHeadersTimeoutMs?: number;
  /** How long the provider may be silent inside an answer. Default 600 000. */
  providerIdleTimeoutMs?: number;
}

/** A running proxy. */
export interface Proxy {
  /** Base URL for clients; ends in `/v1`. */
  readonly url: string;
  readonly port: number;
  /** `undefined` when it was switched off. */
  readonly token: string | undefined;
  /** Loads what the first request needs, so that it does not have to wait for it. Optional. */
  warm(): Promise<void>;
  /**
   * Stops listening, ends running streams with `response.failed`, aborts their provider requests and drops every
   * connection. Afterwards nothing of the proxy keeps the process alive. May be called again.
   */
  close(): Promise<void>;
}

/** How long clients may take to receive the end of their streams when the proxy closes. */
const closeGraceMs = 1000;

/**
 * Starts a proxy that speaks the Responses API on loopback and Chat Completions to the provider. Resolves when it
 * listens. The caller closes it.
 *
 * @throws UsageError for an unknown provider, a bad base URL, key or host; the listener's error for a port in use.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const provider = resolveTarget(options.provider, options.baseUrl);
  const host = checkHost(options.host ?? '127.0.0.1');
  const log: Log = options.log ?? (() => {});
  const client = createChatClient({
    provider,
    apiKey: checkKey(options.apiKey),
    environment: options.environment ?? process.env,
    onBrokenFrame: () => log({ level: 'warn', message: 'broken chunk skipped', fields: { provider: provider.id } }),
    connectTimeoutMs: options.connectTimeoutMs ?? 15_000,
    headersTimeoutMs: options.providerHeadersTimeoutMs ?? 600_000,
    bodyTimeoutMs: options.providerIdleTimeoutMs ?? 600_000,
  });
  const exchange: ResponsesRouteOptions = {
    provider,
    client,
    log,
    maxBodyBytes: options.maxBodyBytes ?? 128 * 1024 * 1024,
    headersWaitMs: options.headersWaitMs ?? 10_000,
    keepAliveMs: options.keepAliveMs ?? 10_000,
    firstRetryDelayMs: options.firstRetryDelayMs ?? 500,
    tailMs: options.tailMs ?? 2000,
    limiter: createLimiter({
      maxConcurrent: options.maxConcurrent ?? provider.maxConcurrent ?? 0,
      requestsPerMinute: options.requestsPerMinute ?? 0,
      onWait: (waiting) => log({ level: 'info', message: 'waiting for a place', fields: { waiting } }),
    }),
  };
  const routes: readonly Route[] = [
    { method: 'POST', path: '/v1/responses', handle: responsesRoute(exchange) },
    { method: 'POST', path: '/v1/responses/compact', handle: compactRoute(exchange) },
    { method: 'GET', path: '/v1/models', handle: modelsRoute(provider) },
    { method: 'GET', path: '/health', open: true, handle: healthRoute(provider) },
  ];

  const server = createServer();
  // longer than any client keeps an idle connection: a request must not meet a socket that is just being closed
  server.keepAliveTimeout = 600_000;
  const port = await listen(server, options.port ?? 0, host);
  const token = options.token === false ? undefined : options.token || randomBytes(32).toString('base64url');
  const guard = createGuard(port, token);

  const running = new Map<Promise<void>, AbortController>();
  server.on('request', (request, response) => {
    const controller = new AbortController();
    response.once('close', () => {
      // after a whole answer the provider's connection may still be on its way back into the pool
      if (!response.writableFinished) controller.abort();
    });
    const run = handle(request, response, controller.signal).finally(() => running.delete(run));
    running.set(run, controller);
  });

  async function handle(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    try {
      const path = pathOf(request);
      guard(request.headers, !routes.some((route) => route.open && route.path === path));
      await findRoute(routes, request, response).handle(request, response, signal);
    } catch (thrown) {
      const error = toCodexGlmError(thrown);
      if (error.code === 'INTERNAL') log({ level: 'error', message: 'request failed', fields: { cause: thrown } });
      if (response.headersSent) response.destroy();
      else writeHttpError(response, error, 'openai');
    }
    // the client may go before it has everything
    await finished(response).catch(() => {});
  }

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    const stopped = new Promise((resolve) => server.close(resolve));
    const reason = new CodexGlmError('PROXY_CLOSED', 'The codex-glm proxy was closed before the answer was complete.');
    for (const controller of running.values()) controller.abort(reason);
    await settledWithin(closeGraceMs, [...running.keys()]);
    server.closeAllConnections();
    await Promise.all([stopped, client.close()]);
  }

  return {
    url: `http://${host === '::1' ? '[::1]' : '127.0.0.1'}:${port}/v1`,
    port,
    token,
    warm: () => client.warm(),
    close: () => (closing ??= close()),
  };
}

function checkHost(host: string): string {
  if (host === '127.0.0.1' || host === '::1') return host;
  if (host === 'localhost') return '127.0.0.1';
  throw new UsageError('USAGE', `The proxy cannot listen on "${host}".`, {
    hint: 'Only loopback is allowed: 127.0.0.1, localhost or ::1.',
  });
}

/** A key ends up in a header, where nothing but printable ASCII can stand. */
function checkKey(key: string | undefined): string | undefined {
  const trimmed = key?.trim();
  if (!trimmed) return undefined;
  if (/^[\u0021-\u007e]+$/.test(trimmed)) return trimmed;
  throw new UsageError('BAD_SETTING', 'The API key holds characters that no key has (blanks or non-ASCII ones).', {
    hint: "Copy it again from the provider's site.",
  });
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // a TCP listener's address is always this object
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function settledWithin(deadlineMs: number, promises: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  await Promise.race([Promise.allSettled(promises), deadline]);
  clearTimeout(timer);
}
