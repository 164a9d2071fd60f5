import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream/promises';
import { CodexGlmError, UsageError } from '../../errors/errors.ts';
import { toCodexGlmError } from '../../errors/present.ts';
import type { Log } from '../../proxy/log.ts';
import { findRoute, pathOf } from '../../proxy/routes/router.ts';
import { writeHttpError } from '../../proxy/sinks/sse-writer.ts';
import { chatRoutes, type ChatRoutesContext } from './chat-routes.ts';
import { logRequest } from './request-log.ts';
import type { ServeSettings } from '../settings/serve-settings.ts';
import type { ServerKey } from './server-key.ts';
import { createSessionStore } from '../sessions/session-store.ts';
import { createSessionThreads } from '../sessions/session-threads.ts';
import { createTurnQueue } from './turn-queue.ts';

export interface ChatServerOptions extends Pick<
  ChatRoutesContext,
  'engine' | 'settings' | 'resolveModelName' | 'failureOf'
> {
  log: Log;
  key: Pick<ServerKey, 'check'>;
  /** Session id -> thread; may be deleted at any time. */
  sessionsFile: string;
  /** Longest silence of a stream. Default 10 000. */
  heartbeatMs?: number;
  /** How long a client waits for a status line before a stream opens without a first part. Default 10 000. */
  headersWaitMs?: number;
}

/** A running chat server. */
export interface ChatServer {
  /** Base URL for clients; ends in `/v1`. */
  readonly url: string;
  /**
   * Stops listening, interrupts the turns that run and tells their clients, drops every connection. The engine stays: it
   * is its owner's. May be called again.
   */
  close(): Promise<void>;
}

/** How long a turn that is interrupted when the server closes may take to end. */
const closeGraceMs = 2000;

/**
 * Starts a server that speaks OpenAI's Chat Completions and answers with turns of codex. Resolves when it listens.
 * @throws UsageError for an address that cannot be listened on, and a sessions file that is not ours
 */
export async function startChatServer(options: ChatServerOptions): Promise<ChatServer> {
  const { engine, settings, key, log } = options;
  const sessions = createSessionStore(options.sessionsFile);
  sessions.check();
  const routes = chatRoutes({
    ...options,
    sessions,
    threads: createSessionThreads({ engine, sessions, settings }),
    queue: createTurnQueue(settings),
    heartbeatMs: options.heartbeatMs ?? 10_000,
    headersWaitMs: options.headersWaitMs ?? 10_000,
  });
  const running = new Map<Promise<void>, AbortController>();

  const server = createServer((request, response) => {
    const controller = new AbortController();
    if (settings.logRequests) logRequest(request, response, log);
    response.once('close', () => {
      if (!response.writableFinished) controller.abort();
    });
    const run = handle(request, response, controller.signal).finally(() => running.delete(run));
    running.set(run, controller);
  });

  async function handle(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    try {
      const path = pathOf(request);
      if (!routes.some((route) => route.open && route.path === path)) key.check(request.headers);
      await findRoute(routes, request, response).handle(request, response, signal);
    } catch (thrown) {
      const error = toCodexGlmError(signal.aborted ? signal.reason : thrown);
      if (error.code === 'INTERNAL' && !signal.aborted)
        log({ level: 'error', message: 'request failed', fields: { cause: thrown } });
      if (response.destroyed) return;
      if (response.headersSent) response.destroy();
      else writeHttpError(response, error, 'openai');
    }
    // the client may go before it has everything
    if (!response.destroyed) await finished(response).catch(() => {});
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(settings, cause)));
    server.listen(settings.port, settings.host, resolve);
  });
  // a TCP listener's address is always this object
  const { port } = server.address() as AddressInfo;

  async function close(): Promise<void> {
    const stopped = new Promise((resolve) => server.close(resolve));
    const reason = new CodexGlmError('PROXY_CLOSED', 'The server was closed before the turn had ended.');
    for (const controller of running.values()) controller.abort(reason);
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise((resolve) => {
      timer = setTimeout(resolve, closeGraceMs);
    });
    await Promise.race([Promise.allSettled(running.keys()), deadline]);
    clearTimeout(timer);
    server.closeAllConnections();
    await stopped;
  }

  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  let closing: Promise<void> | undefined;
  return { url: `http://${host}:${port}/v1`, close: () => (closing ??= close()) };
}

function cannotListen({ host, port }: ServeSettings, cause: Error): UsageError {
  return new UsageError('BAD_SETTING', `The chat server cannot listen on ${host}, port ${port}: ${cause.message}`, {
    hint: 'Stop what uses it, or choose another one: --port, --host.',
    cause,
  });
}
