/** A provider on bare TCP or TLS, for faults that node:http would never commit. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { signalOf } from './deadline.ts';

/** One connection, for the time of one request. */
export interface Wire {
  /** Resolves when the head of the request is there. */
  head(): Promise<string>;
  /** Resolves when the request is there as a whole, however often it is asked for. */
  request(): Promise<string>;
  /** Resolves when the system has taken the bytes. */
  send(bytes: string | Buffer): Promise<void>;
  /** Says that nothing follows (FIN). */
  end(): void;
  /** Drops the connection (RST). */
  reset(): void;
  /** Resolves when the connection is gone, from whichever side. */
  gone: Promise<void>;
  readonly isGone: boolean;
}

/** What the provider does with one request, from its first byte on. */
export interface WireStep {
  (wire: Wire): Promise<void> | void;
  /** Begins when a connection opens. */
  atOnce?: boolean;
}

export function onConnection(step: WireStep): WireStep {
  return Object.assign((wire: Wire) => step(wire), { atOnce: true });
}

export interface RawProvider {
  /** `http:` or `https:`, without a path. */
  baseUrl: string;
  /** Steps begun: connections, and further requests on one of them. */
  readonly attempts: number;
  /** Requests that came as a whole, and were asked for. */
  readonly received: number;
  /** Those of them that are not answered, on connections that are open. */
  readonly underWay: number;
  /** Connections that are open. */
  readonly openSockets: number;
  /** What follows from the next request on; the last step for all others. */
  play(...steps: WireStep[]): void;
  /** From then on connections are refused. */
  stopListening(): Promise<void>;
  /** At the same port. */
  listenAgain(): Promise<void>;
  close(): Promise<void>;
}

export interface RawProviderOptions {
  /** PEM texts; with them the provider speaks TLS. */
  tls?: { cert: string; key: string };
  /** Before the TLS handshake: how long to wait, what to do instead, or what to speak TLS on in the socket's place. */
  beforeTls?: (socket: Socket) => Promise<Duplex | void> | Duplex | void;
}

export async function startRawProvider(steps: WireStep[], options: RawProviderOptions = {}): Promise<RawProvider> {
  const { tls, beforeTls } = options;
  const open = new Set<Socket>();
  let script = steps;
  let played = 0;
  let attempts = 0;
  let received = 0;
  let underWay = 0;

  async function serve(socket: Socket, onTcp = socket): Promise<void> {
    const gone = signalOf();
    socket.on('close', () => gone.resolve());
    const incoming = readIncoming(socket);
    while (!socket.destroyed && !socket.writableEnded) {
      const next = () => script[Math.min(played, script.length - 1)];
      // an idle connection, until a request begins or it is closed
      if (!next()?.atOnce && incoming.bytes.length === 0 && !(await incoming.more())) break;
      const step = next();
      played++;
      attempts++;
      let isUnderWay = false;
      const onRequest = () => {
        isUnderWay = true;
        received++;
        underWay++;
      };
      await step?.(wireOn(socket, onTcp, incoming, gone.promise, onRequest));
      if (isUnderWay) underWay--;
    }
  }

  const server = createServer(async (socket) => {
    open.add(socket);
    // each part of an answer at once: a reset would throw away what waits for the part before it
    socket.setNoDelay(true);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    if (!tls) return serve(socket);
    const below = (await beforeTls?.(socket)) ?? socket;
    if (socket.destroyed) return;
    // a TLSSocket takes any stream, which @types/node does not say
    const secured = new TLSSocket(below as Socket, { isServer: true, ...tls });
    secured.on('error', () => {});
    await serve(secured, socket);
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  }
  await listen(0);
  // an object for every TCP server that listens
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    get attempts() {
      return attempts;
    },
    get openSockets() {
      return open.size;
    },
    get received() {
      return received;
    },
    get underWay() {
      return underWay;
    },
    play(...next) {
      script = next;
      played = 0;
      attempts = 0;
      received = 0;
    },
    stopListening: close,
    listenAgain: () => listen(port),
    close,
  };
}

interface Incoming {
  /** All bytes that nobody has taken yet. */
  bytes: Buffer;
  /** Resolves when there are any, or more of them than before; false when none will come. */
  more(): Promise<boolean>;
}

function readIncoming(socket: Socket): Incoming {
  let change = signalOf();
  let over = false;
  const incoming: Incoming = {
    bytes: Buffer.alloc(0),
    async more() {
      await (over ? undefined : change.promise);
      return !over;
    },
  };
  socket.on('data', (part: Buffer) => {
    incoming.bytes = Buffer.concat([incoming.bytes, part]);
    change.resolve();
    change = signalOf();
  });
  for (const event of ['end', 'close'])
    socket.on(event, () => {
      over = true;
      change.resolve();
    });
  return incoming;
}

function wireOn(socket: Socket, onTcp: Socket, incoming: Incoming, gone: Promise<void>, onRequest: () => void): Wire {
  let request: Promise<string> | undefined;
  const neck = '\r\n\r\n';
  async function head(): Promise<string> {
    while (!incoming.bytes.includes(neck)) if (!(await incoming.more())) break;
    return incoming.bytes.subarray(0, Math.max(0, incoming.bytes.indexOf(neck))).toString();
  }
  return {
    head,
    gone,
    get isGone() {
      return socket.destroyed;
    },
    request: () => (request ??= readRequest()),
    send: (bytes) => new Promise((resolve) => void socket.write(bytes, () => resolve())),
    end: () => void socket.end(),
    reset: () => void onTcp.resetAndDestroy(),
  };

  async function readRequest(): Promise<string> {
    const start = Buffer.byteLength(await head()) + neck.length;
    const announced = /^content-length: *(\d+)/im.exec(incoming.bytes.subarray(0, start).toString());
    const end = start + Number(announced?.[1] ?? 0);
    while (incoming.bytes.length < end) if (!(await incoming.more())) break;
    const text = incoming.bytes.subarray(0, end).toString();
    incoming.bytes = incoming.bytes.subarray(end);
    if (text.length > 0) onRequest();
    return text;
  }
}

/** The head of a streamed answer. */
export const sseHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

/** A chunk of a chunked body; the last one for an empty text. */
export function chunked(bytes: string | Buffer): Buffer {
  const size = Buffer.byteLength(bytes).toString(16);
  return Buffer.concat([Buffer.from(`${size}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);
}

/** Waits for the request, then sends these parts one after another. */
export function sendParts(parts: readonly (string | Buffer)[], then?: 'end' | 'reset' | 'stall'): WireStep {
  return async (wire) => {
    await wire.request();
    for (const [index, part] of parts.entries()) {
      // for the other side to read what came before: RST would throw it away
      if (index > 0) await sleep(2);
      await wire.send(part);
    }
    if (then === 'end') wire.end();
    if (then === 'reset') await sleep(20).then(() => wire.reset());
    if (then === 'stall') await wire.gone;
  };
}

/** A whole answer with a length. */
export function answer(
  status: number,
  headers: Record<string, string>,
  body: string | Buffer = '',
  then?: 'end' | 'reset' | 'stall',
): WireStep {
  const lines = Object.entries({ 'content-length': String(Buffer.byteLength(body)), ...headers });
  const head = `HTTP/1.1 ${status} Whatever\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return sendParts([Buffer.concat([Buffer.from(head), Buffer.from(body)])], then);
}

/** Parts of a body as a stream of chunks, which is ended properly unless something else is said. */
export function streamed(parts: readonly (string | Buffer)[], then?: 'end' | 'reset' | 'stall'): WireStep {
  return sendParts([sseHead, ...parts.map(chunked), ...(then ? [] : [chunked('')])], then);
}
