import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Proxy, ProxyOptions } from '../../src/proxy/server.ts';
import { until, within } from '../helpers/deadline.ts';
import {
  answer,
  chunked,
  sendParts,
  sseHead,
  streamed,
  type RawProvider,
  type WireStep,
} from '../helpers/raw-provider.ts';
import { eventsOf, question, textOfDeltas } from '../helpers/responses-client.ts';
import { delta, finish, frame } from '../helpers/scripted-upstream.ts';
import { goodAnswer, withNothingLeft, type Watched } from '../helpers/watched-proxy.ts';

const half = frame(delta({ content: 'Half' }));
const body = JSON.stringify(question);

function headOf(proxy: Proxy, length: number, path = '/v1/responses'): string {
  return [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${proxy.port}`,
    `Authorization: Bearer ${proxy.token}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');
}

const wholeRequest = (proxy: Proxy) => headOf(proxy, Buffer.byteLength(body)) + body;

interface Client {
  socket: Socket;
  /** What came so far. */
  received(): string;
  /** Resolves as soon as that holds the text. */
  until(text: string): Promise<void>;
  closed: Promise<void>;
}

function clientOf({ port }: Proxy): Client {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket.on('data', (part) => (text += String(part))).on('error', () => {});
  return {
    socket,
    received: () => text,
    until: (wanted) => {
      // of a text of megabytes no part is searched twice
      let from = 0;
      const isThere = () => {
        const found = text.includes(wanted, from);
        from = Math.max(0, text.length - wanted.length);
        return found;
      };
      return until(wanted, isThere, 10_000);
    },
    closed: within(
      15_000,
      'the end of the connection',
      new Promise((resolve) => void socket.on('close', () => resolve()).on('end', () => socket.end())),
    ),
  };
}

/** Where a client may be in its request, and what the provider does meanwhile. */
interface Stage {
  name: string;
  provider: WireStep[];
  /** Goes as far as that. */
  goTo: (client: Client, watched: Watched) => Promise<void>;
  /** Requests that the provider has seen by then, or sees afterwards. */
  attempts: number;
  proxy?: Partial<ProxyOptions>;
}

const stalled = sendParts([], 'stall');
const asked = (provider: RawProvider, attempts = 1) =>
  until(`${attempts} requests to the provider`, () => provider.received >= attempts, 5000);

const stages: Stage[] = [
  { name: 'before it says anything', provider: [stalled], goTo: async () => {}, attempts: 0 },
  {
    name: 'inside its headers',
    provider: [stalled],
    goTo: async ({ socket }, { proxy }) => void socket.write(wholeRequest(proxy).slice(0, 50)),
    attempts: 0,
  },
  {
    name: 'inside its body',
    provider: [stalled],
    goTo: async ({ socket }, { proxy }) => void socket.write(headOf(proxy, 200_000) + body),
    attempts: 0,
  },
  {
    name: 'while it waits in line',
    provider: [stalled],
    goTo: async ({ socket }, { proxy, provider }) => {
      const first = clientOf(proxy);
      first.socket.write(wholeRequest(proxy));
      await asked(provider);
      socket.write(wholeRequest(proxy));
      // it is in line when the proxy has opened the stream without the provider
      await until('the head of the stream', () => socket.bytesRead > 0);
      setTimeout(() => first.socket.destroy(), 20);
    },
    proxy: { headersWaitMs: 10 },
    attempts: 1,
  },
  {
    name: 'while the provider is silent',
    provider: [stalled],
    goTo: async ({ socket }, { proxy, provider }) => {
      socket.write(wholeRequest(proxy));
      await asked(provider);
    },
    attempts: 1,
  },
  {
    name: 'between two attempts',
    provider: [answer(500, {}), stalled],
    goTo: async ({ socket }, { proxy, provider }) => {
      socket.write(wholeRequest(proxy));
      await asked(provider);
      await sleep(30);
    },
    proxy: { firstRetryDelayMs: 60_000 },
    attempts: 1,
  },
  {
    name: 'when the stream was opened without the provider',
    provider: [stalled],
    goTo: async (client, { proxy, provider }) => {
      client.socket.write(wholeRequest(proxy));
      await client.until('response.in_progress');
      await asked(provider);
    },
    proxy: { headersWaitMs: 10 },
    attempts: 1,
  },
  {
    name: 'inside the answer',
    provider: [streamed([half], 'stall')],
    goTo: async (client, { proxy }) => {
      client.socket.write(wholeRequest(proxy));
      await client.until('"delta":"Half"');
    },
    attempts: 1,
  },
  {
    name: 'between finish_reason and the end',
    provider: [streamed([half, frame(finish('stop'))], 'stall')],
    goTo: async (client, { proxy }) => {
      client.socket.write(wholeRequest(proxy));
      await client.until('response.output_text.delta');
    },
    proxy: { tailMs: 60_000 },
    attempts: 1,
  },
  {
    name: 'after the whole answer',
    provider: [goodAnswer],
    goTo: async (client, { proxy }) => {
      client.socket.write(wholeRequest(proxy));
      await client.until('response.completed');
    },
    attempts: 1,
  },
];

describe.each([
  ['resets the connection', (socket: Socket) => void socket.resetAndDestroy()],
  ['closes the connection', (socket: Socket) => void socket.destroy()],
  ['closes its side of the connection', (socket: Socket) => void socket.end()],
])('a client that %s', (_, leave) => {
  it.each(stages)('$name takes everything with it', async ({ provider: steps, goTo, attempts, proxy: options }) => {
    await withNothingLeft(
      steps,
      async (watched) => {
        const client = clientOf(watched.proxy);
        await new Promise<void>((resolve) => client.socket.once('connect', () => resolve()));
        await goTo(client, watched);
        leave(client.socket);
        await client.closed;
        expect(endingsOf(client.received()), 'endings of the answer').toBeLessThanOrEqual(1);
        // what it asked of the provider is dropped, while the proxy runs on
        await until('the end of the request to the provider', () => watched.provider.underWay === 0, 5000);
        expect(watched.provider.received).toBe(attempts);
      },
      { proxy: options },
    );
  });
});

/** HTTP errors and terminal events: never more than one of both together. */
function endingsOf(text: string): number {
  return (text.match(/^HTTP\/1\.1 [45]|^event: response\.(?:completed|incomplete|failed)$/gm) ?? []).length;
}

/** Where such an answer may be when its client leaves; nothing of it is a stream of ours. */
const asking: [string, string, object, WireStep, RegExp?][] = [
  ['a response without a stream, before its answer', '/v1/responses', { ...question, stream: false }, stalled],
  [
    'a response without a stream, inside its answer',
    '/v1/responses',
    { ...question, stream: false },
    streamed([half], 'stall'),
  ],
  ['a compaction', '/v1/responses/compact', { ...question, stream: false }, streamed([half], 'stall')],
  ['a chat completion, before its answer', '/v1/chat/completions', { messages: [], stream: true }, stalled],
  [
    'a chat completion, inside its answer',
    '/v1/chat/completions',
    { messages: [], stream: true },
    streamed([half], 'stall'),
    /"content":"Half"/,
  ],
];

describe.each([
  ['resets the connection', (socket: Socket) => void socket.resetAndDestroy()],
  ['closes its side of the connection', (socket: Socket) => void socket.end()],
])('a client that asks for something else and %s', (_, leave) => {
  it.each(asking)('%s, takes everything with it', async (__, path, asks, step, seen) => {
    await withNothingLeft([step], async ({ proxy, provider }) => {
      const client = clientOf(proxy);
      const text = JSON.stringify(asks);
      client.socket.write(headOf(proxy, Buffer.byteLength(text), path) + text);
      await asked(provider);
      if (seen) await until('the beginning of the answer', () => seen.test(client.received()));
      leave(client.socket);
      await client.closed;
      expect(endingsOf(client.received())).toBe(0);
      await until('the end of the request to the provider', () => provider.underWay === 0, 5000);
      expect(provider.received).toBe(1);
    });
  });
});

describe('a client that', () => {
  it.each(['/v1/responses', '/v1/responses/compact', '/v1/chat/completions'])(
    'sends half a body to %s and says that this was all gets one error',
    async (path) => {
      await withNothingLeft([goodAnswer], async ({ proxy, provider }) => {
        const client = clientOf(proxy);
        client.socket.write(headOf(proxy, 200_000, path) + body);
        client.socket.end();
        await client.closed;
        expect(client.received().match(/^HTTP\/1\.1 .*/gm)).toEqual(['HTTP/1.1 400 Bad Request']);
        expect(JSON.parse(client.received().split('\r\n\r\n')[1] ?? '')).toMatchObject({
          error: { type: 'invalid_request_error', message: 'The request broke off before its end.' },
        });
        expect(provider.received).toBe(0);
      });
    },
  );

  it('sends rubbish behind its request is cut, and nothing is mixed into its answer', async () => {
    await withNothingLeft([streamed([half], 'stall')], async ({ proxy, provider }) => {
      const client = clientOf(proxy);
      client.socket.write(wholeRequest(proxy));
      await client.until('"delta":"Half"');
      client.socket.write('rubbish\r\n\r\n');
      await client.closed;
      expect(client.received().match(/HTTP\/1\.1 /g)).toHaveLength(1);
      await until('the end of the request to the provider', () => provider.underWay === 0, 5000);
    });
  });

  it('sends one byte at a time is understood', async () => {
    await withNothingLeft([goodAnswer], async ({ proxy }) => {
      const client = clientOf(proxy);
      client.socket.setNoDelay(true);
      for (const byte of wholeRequest(proxy)) {
        client.socket.write(byte);
        await new Promise((resolve) => void setImmediate(resolve));
      }
      await client.until('response.completed');
      client.socket.end();
      await client.closed;
      expect(textOfDeltas(eventsOf(client.received()))).toBe('Good.');
    });
  });

  it('sends many requests at once on one connection gets the answers in order', async () => {
    let count = 0;
    const numbered: WireStep = (wire) =>
      streamed([frame(delta({ content: `<${++count}>` })), frame(finish('stop')), 'data: [DONE]\n\n'])(wire);
    await withNothingLeft([numbered], async ({ proxy }) => {
      const client = clientOf(proxy);
      client.socket.write(wholeRequest(proxy).repeat(5));
      await until('five answers', () => client.received().split('event: response.completed').length === 6, 10_000);
      client.socket.end();
      await client.closed;
      expect(textOfDeltas(eventsOf(client.received()))).toBe('<1><2><3><4><5>');
    });
  });

  it('stops reading for a while gets every byte', async () => {
    const pieces = Array.from({ length: 2000 }, (_, n) => `${n}:${'abcdefghij'.repeat(100)} `);
    const flood = [
      ...pieces.map((piece) => frame(delta({ content: piece }))),
      frame(finish('stop')),
      'data: [DONE]\n\n',
    ];
    const atOnce: WireStep = async (wire) => {
      await wire.request();
      await wire.send(Buffer.concat([Buffer.from(sseHead), ...flood.map(chunked), chunked('')]));
    };
    await withNothingLeft([atOnce], async ({ proxy }) => {
      const client = clientOf(proxy);
      client.socket.write(wholeRequest(proxy));
      await until('the first bytes', () => client.socket.bytesRead > 0);
      for (let i = 0; i < 10; i++) {
        client.socket.pause();
        await sleep(20);
        client.socket.resume();
        await sleep(5);
      }
      await client.until('\r\n0\r\n\r\n');
      client.socket.end();
      await client.closed;
      const text = textOfDeltas(eventsOf(client.received()));
      expect(text === pieces.join('')).toBe(true);
    });
  });
});

/** Refuses every fifth question, and breaks off in the answer to every seventh. */
const byNumber: WireStep = async (wire) => {
  const n = Number(/question (\d+)/.exec(await wire.request())?.[1]);
  if (n % 5 === 0) return answer(400, {}, '{"error":{"code":"1214","message":"no"}}')(wire);
  if (n % 7 === 0) return streamed([half], 'reset')(wire);
  return goodAnswer(wire);
};

it('50 good and bad requests on one connection leave no listener on it, nor on the provider’s', async () => {
  await withNothingLeft([byNumber], async ({ proxy }) => {
    const client = clientOf(proxy);
    const statuses: number[] = [];
    for (let i = 0; i < 50; i++) {
      const before = client.received().length;
      const numbered = JSON.stringify({ ...question, input: `question ${i}` });
      client.socket.write(headOf(proxy, numbered.length) + numbered);
      await until('an answer', () => /(\r\n0\r\n\r\n|\}\})$/.test(client.received().slice(before)), 5000);
      statuses.push(Number(client.received().slice(before + 9, before + 12)));
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(40);
    expect(statuses.filter((status) => status === 400)).toHaveLength(10);
    client.socket.end();
    await client.closed;
  });
});
