import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { TimeoutError } from './network-failure.ts';
import type { PostDispatcher, PostHandler, PostRequest } from './post.ts';

export interface NodeDispatcherOptions {
  /** TCP and TLS together. */
  connectTimeoutMs: number;
  /** How long a connection is kept between two requests. */
  keepAliveMs: number;
  /** All authorities to trust, as PEM texts; absent: those that node trusts. */
  ca?: string[] | undefined;
}

/**
 * Connections to one server on node's own HTTP client. undici's costs 42 ms of CPU more for the first request and half a
 * millisecond more for each of the next 300, because its parser comes as WebAssembly; later on both cost the same (undici
 * 7.30, Node 20.20).
 */
export async function createNodeDispatcher(origin: string, options: NodeDispatcherOptions): Promise<PostDispatcher> {
  const { protocol, hostname, port } = new URL(origin);
  const isTls = protocol === 'https:';
  const { Agent, request: open } = isTls ? await import('node:https') : await import('node:http');
  const agentOptions = { keepAlive: true, timeout: options.keepAliveMs, ...(options.ca && { ca: options.ca }) };
  const agent = new Agent(agentOptions);
  const host = hostname.replace(/^\[|\]$/g, '');
  const target = { host, port, agent };
  const opened = isTls ? 'secureConnect' : 'connect';

  /** Opened ahead; the next new connection that the agent wants. */
  let early: Socket | undefined;
  const openSockets = new WeakSet<Socket>();
  const createConnection = agent.createConnection.bind(agent);
  agent.createConnection = (...wanted) => {
    const socket = early ?? createConnection(...wanted);
    early = undefined;
    return socket;
  };

  function connect(): void {
    if (early) return;
    const servername = isIP(host) ? {} : { servername: host };
    const socket = createConnection({
      ...agentOptions,
      host,
      port: Number(port) || (isTls ? 443 : 80),
      ...servername,
    }) as Socket;
    const forget = () => {
      if (early === socket) early = undefined;
    };
    // as the agent does
    socket.setNoDelay(true);
    socket.once(opened, () => openSockets.add(socket)).once('close', forget);
    // the first request meets the same and tells it
    socket.on('error', forget);
    socket.once('timeout', () => early === socket && socket.destroy());
    early = socket;
  }

  function dispatch(post: PostRequest, handler: PostHandler, isSecondTry = false): void {
    const request = open({ ...target, method: post.method, path: post.path });
    // Not as an option: with NODE_DEBUG=http the agent prints its options, and the key is in a header.
    for (const [name, value] of Object.entries(post.headers)) request.setHeader(name, value);
    let answer: IncomingMessage | undefined;
    let isAborted = false;
    let isOver = false;
    let wasOpen = false;
    let hasBytes = false;
    const headersTimer = setTimeout(() => request.destroy(new TimeoutError('headers')), post.headersTimeout);

    function end(failure?: Error): void {
      if (isOver) return;
      isOver = true;
      clearTimeout(headersTimer);
      if (!failure) return handler.onResponseEnd();
      // The server closed an idle connection just when it was taken again.
      const isStale = wasOpen && !hasBytes && !isAborted && !(failure instanceof TimeoutError);
      if (isStale && !isSecondTry) dispatch(post, handler, true);
      else handler.onResponseError(failure);
    }

    const control = {
      abort(reason: Error) {
        isAborted = true;
        request.destroy(reason);
        end(reason);
      },
      // who does not read hears no silence
      pause() {
        answer?.pause();
        request.setTimeout(0);
      },
      resume() {
        answer?.resume();
        request.setTimeout(post.bodyTimeout);
      },
    };

    request.on('error', end);
    request.on('socket', (socket) => {
      wasOpen = request.reusedSocket || openSockets.has(socket);
      // before node's parser sees them and finds that they are no HTTP
      if (wasOpen) return void socket.prependOnceListener('data', () => (hasBytes = true));
      const timer = setTimeout(() => request.destroy(new TimeoutError('connect')), options.connectTimeoutMs);
      const stop = () => clearTimeout(timer);
      socket.once(opened, stop).once('close', stop);
    });
    request.on('response', (received) => {
      answer = received;
      clearTimeout(headersTimer);
      request.setTimeout(post.bodyTimeout, () => request.destroy(new TimeoutError('body')));
      handler.onResponseStart(control, received.statusCode ?? 0, received.headers);
      received.on('data', handler.onResponseData);
      received.on('end', () => end());
      received.on('error', end);
    });
    handler.onRequestStart(control);
    if (!isAborted) send(request, post.body);
  }

  return {
    dispatch,
    connect,
    // those in use, too: undici's `destroy` means the same
    async destroy() {
      early?.destroy();
      agent.destroy();
    },
  };
}

/** In one write, as far as node can. */
function send(request: ClientRequest, body: PostRequest['body']): void {
  if (typeof body === 'string') return void request.end(body);
  request.cork();
  for (const part of body) request.write(part);
  request.end();
  request.uncork();
}
