import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ModelAliases } from '../catalog/model-names.ts';
import { CodexGlmError } from '../errors/errors.ts';
import { rememberSecret } from '../provider/redact.ts';
import { defaultTimeouts } from '../provider/default-timeouts.ts';
import { toCodexGlmError } from '../errors/present.ts';
import { createMemoryStore } from '../history/memory-store.ts';
import { checkHost, isLoopback, reachableHost } from './access/address.ts';
import { chatRoute } from './routes/chat-route.ts';
import { createBodyMemory } from './body/body-memory.ts';
import { checkRunning, explainRefusals } from './access/connection-limits.ts';
import { createGuard } from './access/guard.ts';
import { healthRoute, readyRoute } from './routes/health-route.ts';
import { inputTokensRoute } from './routes/input-tokens-route.ts';
import { openListener, type Listener } from './access/listener.ts';
import { logRefusal } from './routes/log-refusal.ts';
import type { Log } from './log.ts';
import type { ResponseReport } from './exchange/response-report.ts';
import { mcpRoutes } from './routes/mcp-route.ts';
import { modelsRoutes } from './routes/models-route.ts';
import { randomId } from './random-id.ts';
import { createResponseHistory } from './routes/response-history.ts';
import { compactRoute, responsesRoute } from './routes/responses-route.ts';
import { findRoute, pathOf, type Route } from './routes/router.ts';
import { createSelector } from './upstream/select-upstream.ts';
import { writeHttpError } from './sinks/sse-writer.ts';
import type { StandaloneOptions } from './standalone-options.ts';
import { storedResponsesRoutes } from './routes/stored-responses-routes.ts';
import { createUpstream, type SharedOptions, type UpstreamOptions } from './upstream/upstream.ts';
import { createTotals } from './totals.ts';

export interface ProxyOptions extends UpstreamOptions, StandaloneOptions {
  /** 0, the default, lets the system choose. */
  port?: number;
  /** A port of 127.0.0.1 that is bound already, in place of `port`. */
  listener?: Listener;
  /** Default 127.0.0.1. Any other than a loopback address needs `clientKeys`. */
  host?: string;
  /** What clients must send as bearer token; a random one by default (also for ""), `false` for none. */
  token?: string | false;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked up; default: the environment of the process. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Told what happens: never content, never keys. */
  log?: Log;
  /** Told of every response when it has ended, unless the client left before. */
  onResponse?: (report: ResponseReport) => void;
  /** Own names for models, before the common ones: name or pattern (`*` for any text) -> id, `main` or `fast`. */
  aliases?: ModelAliases;
  /** Told of every request as soon as it arrives. */
  onRequest?: () => void;
  /** Larger request bodies are refused. Default 128 MiB. */
  maxBodyBytes?: number;
  /** How long a client waits for a status line before the stream opens without the provider's. Default 10 000. */
  headersWaitMs?: number;
  /** Longest silence of a stream. Default 10 000. */
  keepAliveMs?: number;
  /** Pause before a failed request is repeated for the first time; doubles with each further one. Default 500. */
  firstRetryDelayMs?: number;
  /** How long the provider may keep the connection of a finished answer open. Default 2 000. */
  tailMs?: number;
  /** PEM text of certificate authorities to trust besides the usual ones. */
  extraCa?: string;
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
  /** Loads what the first request needs and connects to the provider, so that it does not have to wait. Optional. */
  warm(): Promise<void>;
  /**
   * Stops listening, ends running streams with `response.failed`, aborts their provider requests and drops every
   * connection. Afterwards nothing of the proxy keeps the process alive. May be called again.
   * @param drainMs how long running answers may go on before they are ended; default 0
   */
  close(drainMs?: number): Promise<void>;
}

/** How long clients may take to receive the end of their streams when the proxy closes. */
const closeGraceMs = 1000;

/**
 * Starts a proxy that speaks the Responses API on loopback and the provider's wire to the provider. Resolves when it
 * listens. The caller closes it.
 *
 * @throws UsageError for an unknown provider, a bad base URL, key or host; the listener's error for a port in use.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const host = checkHost(options.host ?? '127.0.0.1', options.clientKeys);
  const log: Log = options.log ?? (() => {});
  const maxBodyBytes = options.maxBodyBytes ?? 128 * 1024 * 1024;
  const totals = createTotals();
  const shared: SharedOptions = {
    network: {
      environment: options.environment ?? process.env,
      connectTimeoutMs: options.connectTimeoutMs ?? defaultTimeouts.connectMs,
      headersTimeoutMs: options.providerHeadersTimeoutMs ?? defaultTimeouts.headersMs,
      bodyTimeoutMs: options.providerIdleTimeoutMs ?? defaultTimeouts.idleMs,
      extraCa: options.extraCa,
    },
    exchange: {
      log,
      observer: options.observer,
      headersWaitMs: options.headersWaitMs ?? 10_000,
      firstRetryDelayMs: options.firstRetryDelayMs ?? 500,
      tailMs: options.tailMs ?? 2000,
      onResponse: (report) => {
        totals.add(report);
        options.onResponse?.(report);
      },
    },
    aliases: options.aliases,
  };
  const first = createUpstream(options, shared);
  const upstreams = [first, ...(options.providers ?? []).map((each) => createUpstream(each, shared))] as const;
  const select = createSelector(upstreams, options.aliases);
  const history =
    options.history === false ? undefined : createResponseHistory(options.history ?? createMemoryStore(), log);
  const responses = {
    select,
    history,
    log,
    maxBodyBytes,
    bodies: createBodyMemory(),
    keepAliveMs: options.keepAliveMs ?? 10_000,
  };
  const { aliases, codexCatalog, instanceId } = options;
  const routes: readonly Route[] = [
    { method: 'POST', path: '/v1/responses', handle: responsesRoute(responses) },
    { method: 'POST', path: '/v1/responses/compact', handle: compactRoute(responses) },
    { method: 'POST', path: '/v1/responses/input_tokens', handle: inputTokensRoute(responses) },
    ...(history ? storedResponsesRoutes(history) : []),
    { method: 'POST', path: '/v1/chat/completions', handle: chatRoute({ select, maxBodyBytes }) },
    ...modelsRoutes({ upstreams, aliases, codexCatalog }),
    { method: 'GET', path: '/health', open: true, handle: healthRoute({ upstreams, instanceId }) },
    { method: 'GET', path: '/ready', open: true, handle: readyRoute(instanceId, () => closing !== undefined) },
    ...mcpRoutes(first.provider, first.relay, maxBodyBytes),
  ];

  const server = createServer();
  // longer than any client keeps an idle connection: a request must not meet a socket that is just being closed
  server.keepAliveTimeout = 600_000;
  explainRefusals(server);
  const listener = options.listener ?? (await openListener(options.port ?? 0, host));
  const { port } = listener;
  const token = options.token === false ? undefined : options.token || randomBytes(32).toString('base64url');
  if (token !== undefined) rememberSecret(token);
  const guard = createGuard({ port, token, clientKeys: options.clientKeys, isLoopback: isLoopback(host) });

  const running = new Map<Promise<void>, AbortController>();
  server.on('request', (request, response) => {
    options.onRequest?.();
    const controller = new AbortController();
    response.once('close', () => {
      // after a whole answer the provider's connection may still be on its way back into the pool
      if (!response.writableFinished) controller.abort();
    });
    const run = handle(request, response, controller.signal).finally(() => running.delete(run));
    running.set(run, controller);
  });

  async function handle(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    response.setHeader('x-request-id', randomId('req_'));
    // the client may go before it has everything
    const ended = new Promise<void>((resolve) => response.once('finish', resolve).once('close', resolve));
    try {
      checkRunning(running.size, response);
      const path = pathOf(request);
      guard(request.headers, !routes.some((route) => route.open && route.path === path));
      await findRoute(routes, request, response).handle(request, response, signal);
    } catch (thrown) {
      const error = toCodexGlmError(thrown);
      logRefusal(log, request, response, error);
      if (response.headersSent) response.destroy();
      else writeHttpError(response, error, 'openai');
    }
    await ended;
  }

  let closing: Promise<void> | undefined;
  async function close(drainMs: number): Promise<void> {
    const stopped = new Promise((resolve) => server.close(resolve));
    if (drainMs > 0) await settledWithin(drainMs, [...running.keys()]);
    const reason = new CodexGlmError('PROXY_CLOSED', 'The codex-glm proxy was closed before the answer was complete.');
    for (const controller of running.values()) controller.abort(reason);
    await settledWithin(closeGraceMs, [...running.keys()]);
    server.closeAllConnections();
    await Promise.all([stopped, ...upstreams.map((upstream) => upstream.close())]);
    log({ level: 'info', message: 'closed', fields: totals.read() });
  }

  await listener.handOver(server);
  return {
    url: `http://${reachableHost(host)}:${port}/v1`,
    port,
    token,
    warm: () => first.client.warm(),
    close: (drainMs = 0) => (closing ??= close(drainMs)),
  };
}

async function settledWithin(deadlineMs: number, promises: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  await Promise.race([Promise.allSettled(promises), deadline]);
  clearTimeout(timer);
}
