import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { within } from '../helpers/deadline.ts';
import { illegalities } from '../helpers/legal-events.ts';
import type { ResponseEvent } from '../../src/protocol/responses.ts';
import type { ProxyOptions } from '../../src/proxy/server.ts';
import { answer, chunked, onConnection, sendParts, sseHead, streamed, type WireStep } from '../helpers/raw-provider.ts';
import { codexHeaders, eventsOf, open, question, send, terminalOf, textOfDeltas } from '../helpers/responses-client.ts';
import { delta, finish, frame } from '../helpers/scripted-upstream.ts';
import { repositoryRoot } from '../helpers/test-place.ts';
import { goodAnswer, withNothingLeft, type WatchedOptions } from '../helpers/watched-proxy.ts';

/** What clients get. */
type Outcome =
  /** The whole answer, from the first attempt. */
  | { answer: string }
  /** One HTTP error: the code of OpenAI's shape, its status, a word of the message. */
  | { refused: string; status: number; words: RegExp }
  /** An answer that began with this text, and one `response.failed`. To others than codex, without a stream, `status`, 502 by default. */
  | { broken: string; code: string; words: RegExp; status?: number };

interface Fault {
  name: string;
  step: WireStep;
  outcome: Outcome;
  /** Requests to the provider when it goes on like that. Default 1. */
  attempts?: number;
  proxy?: Partial<ProxyOptions>;
  server?: WatchedOptions;
  input?: string;
}

const half = frame(delta({ content: 'Half' }));
const whole = `${half}${frame(delta({ content: ' and all' }))}`;
const stop = frame(finish('stop'));
const done = 'data: [DONE]\n\n';
const inMegabytes = Array.from({ length: 400_000 }, (_, n) => `${n} `).join('');
const answered = { answer: 'Half and all' };

const retried = { attempts: 4 };
type Refused = Extract<Outcome, { refused: string }>;
const unreachable = (words: RegExp): Refused => ({ refused: 'provider_unreachable', status: 502, words });
const cutOff = (words: RegExp): Refused => ({ refused: 'provider_stream_cut', status: 502, words });
const notJson = (words: RegExp): Outcome => ({ refused: 'provider_not_json', status: 502, words });
const timedOut = (words: RegExp): Refused => ({ refused: 'provider_timeout', status: 504, words });
const broken = (words: RegExp): Outcome => ({ broken: 'Half', code: 'stream_cut', words });
const closed = /connection was (?:closed|reset)/;

const idle = { providerIdleTimeoutMs: 60 };
const headersTimeout = { providerHeadersTimeoutMs: 60 };

const breaks: Fault[] = [
  {
    name: 'resets a new connection',
    step: onConnection((wire) => wire.reset()),
    outcome: unreachable(closed),
    ...retried,
  },
  {
    name: 'closes a new connection',
    step: onConnection((wire) => wire.end()),
    outcome: unreachable(closed),
    ...retried,
  },
  {
    name: 'resets in the middle of the request',
    step: async (wire) => void (await wire.head(), wire.reset()),
    input: inMegabytes,
    outcome: unreachable(/closed|reset|EPIPE/),
    ...retried,
  },
  { name: 'resets after the request', step: sendParts([], 'reset'), outcome: unreachable(closed), ...retried },
  { name: 'closes after the request', step: sendParts([], 'end'), outcome: unreachable(closed), ...retried },
  {
    name: 'resets in the status line',
    step: sendParts(['HTTP/1.1 2'], 'reset'),
    outcome: unreachable(closed),
    ...retried,
  },
  {
    name: 'closes in the headers',
    step: sendParts(['HTTP/1.1 200 OK\r\ncontent-ty'], 'end'),
    outcome: unreachable(closed),
    ...retried,
  },
  { name: 'resets after the headers', step: streamed([], 'reset'), outcome: cutOff(closed), ...retried },
  { name: 'closes after the headers', step: streamed([], 'end'), outcome: cutOff(closed), ...retried },
  {
    name: 'resets in the first chunk',
    step: streamed([half.slice(0, 30)], 'reset'),
    outcome: cutOff(closed),
    ...retried,
  },
  { name: 'resets between two chunks', step: streamed([half], 'reset'), outcome: broken(closed) },
  { name: 'closes between two chunks', step: streamed([half], 'end'), outcome: broken(closed) },
  {
    name: 'resets in the middle of a line',
    step: streamed([half, half.slice(0, 30)], 'reset'),
    outcome: broken(closed),
  },
  {
    name: 'resets in the middle of a transfer chunk',
    step: sendParts([sseHead, chunked(half), 'ff\r\ndata: {"cho'], 'reset'),
    outcome: broken(closed),
  },
  { name: 'resets after finish_reason', step: streamed([whole, stop], 'reset'), outcome: answered },
  { name: 'closes after finish_reason', step: streamed([whole, stop], 'end'), outcome: answered },
  { name: 'resets after [DONE]', step: streamed([whole, stop, done], 'reset'), outcome: answered },
  {
    name: 'resets after [DONE] without any finish_reason',
    step: streamed([whole, done], 'reset'),
    outcome: { broken: 'Half and all', code: 'stream_cut', words: /before the answer was finished/ },
  },
];

const stalls: Fault[] = [
  {
    name: 'never answers',
    step: sendParts([], 'stall'),
    proxy: headersTimeout,
    outcome: timedOut(/took the request but did not answer/),
  },
  {
    name: 'stalls in the headers',
    step: sendParts(['HTTP/1.1 200 OK\r\ncontent-ty'], 'stall'),
    proxy: headersTimeout,
    outcome: timedOut(/took the request but did not answer/),
  },
  {
    name: 'stalls after the headers',
    step: streamed([], 'stall'),
    proxy: idle,
    outcome: cutOff(/nothing came for too long/),
    ...retried,
  },
  {
    name: 'stalls in the first line',
    step: streamed([half.slice(0, 30)], 'stall'),
    proxy: idle,
    outcome: cutOff(/nothing came for too long/),
    ...retried,
  },
  {
    name: 'stalls between two chunks',
    step: streamed([half], 'stall'),
    proxy: idle,
    outcome: broken(/nothing came for too long/),
  },
  {
    name: 'stalls in the middle of a line',
    step: streamed([half, half.slice(0, 30)], 'stall'),
    proxy: idle,
    outcome: broken(/nothing came for too long/),
  },
  {
    name: 'sends comments for ever, and nothing else',
    step: async (wire) => {
      await wire.request();
      await wire.send(sseHead + chunked(half).toString());
      for (let i = 0; i < 20; i++) await wire.send(chunked(': ping\n\n')).then(() => sleep(5));
      wire.end();
    },
    outcome: broken(closed),
  },
  {
    name: 'stalls after finish_reason',
    step: streamed([whole, stop], 'stall'),
    proxy: { tailMs: 50 },
    outcome: answered,
  },
  {
    name: 'stalls after [DONE]',
    step: streamed([whole, stop, done], 'stall'),
    // nobody waits for it
    proxy: { tailMs: 60_000 },
    outcome: answered,
  },
  {
    name: 'stalls in the body of an error',
    step: answer(403, { 'content-length': '1000' }, '{"error":{"message":"no', 'stall'),
    outcome: { refused: 'invalid_api_key', status: 403, words: /answered 403/ },
  },
];

const redirect = (status: number): Fault => ({
  name: `redirects with ${status}`,
  step: answer(status, { location: 'http://127.0.0.1:1/elsewhere' }),
  outcome: { refused: 'provider_refused', status: 400, words: /Check the base URL: the server redirects/ },
});

const zipped = gzipSync(`${whole}${stop}${done}`);
const garbage: Fault[] = [
  {
    name: 'is no HTTP server',
    step: sendParts(['SSH-2.0-OpenSSH_9.6\r\n'], 'end'),
    outcome: unreachable(/Expected HTTP/i),
    ...retried,
  },
  {
    name: 'sends headers without end',
    step: sendParts(['HTTP/1.1 200 OK\r\n', `x-a: ${'a'.repeat(20_000)}\r\n`.repeat(4), '\r\n'], 'end'),
    outcome: unreachable(/headers/i),
    ...retried,
  },
  {
    name: 'sends noise in place of an answer',
    step: answer(200, { 'content-type': 'text/event-stream' }, Buffer.from([0, 1, 2, 0xff, 0xfe, 0x0a, 0x0a])),
    outcome: notJson(/no chat completion/),
  },
  {
    name: 'sends a web page',
    step: answer(200, { 'content-type': 'text/html' }, '<html><title>Sign in</title></html>'),
    outcome: notJson(/web page instead of JSON: \W*Sign in/),
  },
  {
    name: 'sends a web page with an error',
    step: answer(502, { 'content-type': 'text/html' }, '<html><title>502 Bad Gateway</title></html>'),
    outcome: notJson(/web page instead of JSON: \W*502 Bad Gateway/),
    ...retried,
  },
  {
    name: 'sends an image',
    step: answer(200, { 'content-type': 'image/png' }, Buffer.from('89504e470d0a1a0a', 'hex')),
    outcome: notJson(/no chat completion/),
  },
  {
    name: 'sends a good stream as application/json',
    step: answer(200, { 'content-type': 'application/json' }, whole + stop + done),
    outcome: answered,
  },
  {
    name: 'sends a good stream as text/html',
    step: answer(200, { 'content-type': 'text/html' }, whole + stop + done),
    outcome: answered,
  },
  {
    name: 'sends a whole completion as text/event-stream',
    step: answer(
      200,
      { 'content-type': 'text/event-stream' },
      JSON.stringify({ choices: [{ message: { content: 'Half and all' }, finish_reason: 'stop' }] }),
    ),
    outcome: answered,
  },
  {
    name: 'sends a good stream without a content type, until it closes',
    step: sendParts([`HTTP/1.1 200 OK\r\n\r\n${whole}${stop}${done}`], 'end'),
    outcome: answered,
  },
  { name: 'answers 204', step: answer(204, {}), outcome: cutOff(/without an answer/), ...retried },
  {
    name: 'sends early hints first',
    step: sendParts([
      'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n',
      sseHead,
      chunked(whole + stop + done),
      chunked(''),
    ]),
    outcome: answered,
  },
  {
    name: 'sends a transfer chunk whose size is no number',
    step: sendParts([sseHead, chunked(half), 'zz\r\n'], 'stall'),
    outcome: broken(/connection broke/),
  },
  {
    name: 'announces more than it sends',
    step: answer(200, { 'content-length': '5000' }, half, 'end'),
    outcome: broken(closed),
  },
  {
    name: 'sends more than it announces',
    step: answer(
      200,
      { 'content-length': String(Buffer.byteLength(whole + stop + done)) },
      `${whole}${stop}${done}MORE`,
    ),
    outcome: answered,
  },
  {
    name: 'sends gzip, which nobody asked for',
    step: answer(200, { 'content-encoding': 'gzip' }, zipped),
    outcome: notJson(/compressed body \(gzip\)/),
  },
  {
    name: 'sends an error as gzip',
    step: answer(429, { 'content-encoding': 'gzip' }, gzipSync('{"error":{"message":"slow down"}}')),
    outcome: { refused: 'rate_limit_exceeded', status: 429, words: /answered 429: no explanation was given/ },
    ...retried,
  },
  redirect(301),
  redirect(302),
  redirect(307),
  redirect(308),
];

const lines: Fault[] = [
  {
    name: 'sends one byte at a time',
    step: async (wire) => {
      await wire.request();
      await wire.send(sseHead);
      for (const byte of Buffer.from(`${whole}${stop}${done}`)) await wire.send(chunked(Buffer.from([byte])));
      await wire.send(chunked(''));
    },
    outcome: answered,
  },
  {
    name: 'splits characters of several bytes',
    step: async (wire) => {
      await wire.request();
      await wire.send(sseHead);
      const bytes = Buffer.from(frame(delta({ content: '世界 🚀 é' })));
      for (let at = 0; at < bytes.length; at++) {
        await wire.send(chunked(bytes.subarray(at, at + 1)));
        if ((bytes[at] ?? 0) > 0x7f) await sleep(1);
      }
      await wire.send(chunked(`${stop}${done}`));
      await wire.send(chunked(''));
    },
    outcome: { answer: '世界 🚀 é' },
  },
  { name: 'ends lines with CRLF', step: streamed([(whole + stop + done).replaceAll('\n', '\r\n')]), outcome: answered },
  { name: 'ends lines with CR', step: streamed([(whole + stop + done).replaceAll('\n', '\r')]), outcome: answered },
  { name: 'begins with a byte order mark', step: streamed([`\ufeff${whole}${stop}${done}`]), outcome: answered },
  {
    name: 'takes longer for its answer than it may take for its headers',
    step: async (wire) => {
      await wire.request();
      await wire.send(sseHead + chunked(half).toString());
      await sleep(1300);
      await wire.send(chunked(`${frame(delta({ content: ' and all' }))}${stop}${done}`));
      await wire.send(chunked(''));
    },
    proxy: { providerHeadersTimeoutMs: 1000 },
    outcome: answered,
  },
  {
    name: 'sends a line of 8 MB',
    step: streamed([`: ${'x'.repeat(8_000_000)}\n\n`, whole, stop, done]),
    outcome: answered,
  },
  {
    name: 'sends a text of 3 MB in one line',
    step: streamed([frame(delta({ content: inMegabytes })), stop, done]),
    outcome: { answer: inMegabytes },
  },
  {
    name: 'sends a line without end',
    step: async (wire) => {
      await wire.request();
      await wire.send(sseHead + chunked(half).toString());
      const megabyte = chunked('x'.repeat(1024 * 1024));
      for (let sent = 0; sent < 80; sent++) await Promise.race([wire.send(megabyte), wire.gone]);
      await wire.gone;
    },
    outcome: { broken: 'Half', code: 'invalid_prompt', words: /frame of more than 64 MiB/ },
  },
  {
    name: 'sends frames that are no objects, between good ones',
    step: streamed([
      half,
      'data: null\n\ndata: 5\n\ndata: []\n\ndata: {"a"\n\n',
      frame(delta({ content: ' and all' })),
      stop,
    ]),
    outcome: answered,
  },
  {
    name: 'sends nothing but comments',
    step: streamed([': hello\n\n', ': bye\n\n']),
    outcome: cutOff(/without an answer/),
    ...retried,
  },
];

const contents: Fault[] = [
  {
    name: 'answers 200 with an error as its body',
    step: answer(200, { 'content-type': 'application/json' }, '{"error":{"code":"1113","message":"No balance"}}'),
    outcome: { refused: 'insufficient_quota', status: 429, words: /No balance/ },
  },
  {
    name: 'answers 200 with a passing error as the first frame',
    step: streamed(['data: {"error":{"code":"1230","message":"Network error"}}\n\n']),
    outcome: { refused: 'provider_failed', status: 502, words: /Network error/ },
    ...retried,
  },
  {
    name: 'sends a passing error inside its answer',
    step: streamed([half, 'data: {"error":{"code":"1234","message":"Network error"}}\n\n']),
    outcome: broken(/Network error/),
  },
  {
    name: 'sends a lasting error inside its answer',
    step: streamed([half, 'data: {"error":{"code":"1301","message":"Unsafe"}}\n\n']),
    outcome: { broken: 'Half', code: 'invalid_prompt', words: /Unsafe/, status: 400 },
  },
  { name: 'leaves [DONE] out', step: streamed([whole, stop]), outcome: answered },
  {
    name: 'leaves finish_reason and [DONE] out',
    step: streamed([half]),
    outcome: broken(/before the answer was finished/),
  },
  {
    name: 'goes on after [DONE]',
    step: streamed([whole + stop + done + frame(delta({ content: ' and more' })), 'data: rubbish\n\n', 'x'.repeat(99)]),
    outcome: answered,
  },
  {
    name: 'gives finish_reason twice',
    step: streamed([whole, stop, stop, done]),
    outcome: answered,
  },
  {
    name: 'gives no ids, no model, no index',
    step: streamed(['data: {"choices":[{"delta":{"content":"Half and all"},"finish_reason":"stop"}]}\n\n', done]),
    outcome: answered,
  },
  {
    name: 'gives every chunk another id',
    step: streamed([
      frame({ ...delta({ content: 'Half' }), id: 'a' }),
      frame({ ...delta({ content: ' and all' }), id: 'b' }),
      frame({ ...finish('stop'), id: null }),
      done,
    ]),
    outcome: answered,
  },
];

const certificate = (name: string) => readFileSync(join(repositoryRoot, 'fixtures/tls', name), 'utf8');
const tls = { cert: certificate('test-certificate.pem'), key: certificate('test-key.pem') };
const trusted = { extraCa: tls.cert, connectTimeoutMs: 300 };
const secure: Fault[] = [
  {
    name: 'takes its time for the TLS handshake',
    step: streamed([whole, stop, done]),
    server: { tls, beforeTls: () => sleep(100) },
    proxy: { ...trusted, connectTimeoutMs: 10_000 },
    outcome: answered,
  },
  {
    name: 'never begins the TLS handshake',
    step: goodAnswer,
    server: { tls, beforeTls: stallOnce() },
    proxy: trusted,
    outcome: timedOut(/connecting timed out/),
    attempts: 0,
  },
];

/** Stalls the first two connections, which is as often as a proxy tries. */
function stallOnce(): NonNullable<WatchedOptions['beforeTls']> {
  let connections = 0;
  return (socket) => {
    if (++connections > 2) return;
    return new Promise((resolve) => socket.on('close', () => resolve()).resume());
  };
}

describe.each([
  ['breaks off', breaks],
  ['stalls', stalls],
  ['is no provider', garbage],
  ['writes oddly', lines],
  ['says something else', contents],
  ['speaks TLS badly', secure],
])('a provider that %s', (_, faults) => {
  it.each(faults)('$name', async (fault) => {
    const { step, outcome, attempts = 1, proxy: options, server } = fault;
    for (const client of ['codex', 'stream', 'whole'] as const) {
      const beforeTls = server && 'beforeTls' in server && attempts === 0 ? stallOnce() : server?.beforeTls;
      await withNothingLeft(
        [step],
        async ({ proxy, provider }) => {
          const got = await send(proxy, {
            body: { ...question, input: fault.input ?? 'Hello?', stream: client !== 'whole' },
            headers: client === 'codex' ? codexHeaders : {},
          });
          expectOutcome(client, got, outcome);
          expect(provider.attempts, 'requests to the provider').toBe(attempts);
        },
        { ...server, ...(beforeTls && { beforeTls }), proxy: options },
      );
    }
  });

  it.each(faults.filter(({ attempts = 1 }) => attempts > 1))('once, $name: nobody sees it', async (fault) => {
    await withNothingLeft(
      [fault.step, goodAnswer],
      async ({ proxy, provider }) => {
        const { text } = await send(proxy, {
          body: { ...question, input: fault.input ?? 'Hello?' },
          headers: codexHeaders,
        });
        expectOutcome('codex', { status: 200, text }, { answer: 'Good.' });
        expect(provider.attempts).toBe(2);
      },
      { ...fault.server, proxy: fault.proxy },
    );
  });
});

function expectOutcome(
  client: 'codex' | 'stream' | 'whole',
  got: { status: number; text: string },
  outcome: Outcome,
): void {
  if ('refused' in outcome) {
    const { refused: code, words, status } = outcome;
    expect(got.status).toBe(client === 'codex' ? 400 : status);
    expect(got.text).toMatch(words);
    if (client !== 'codex') expect(JSON.parse(got.text)).toMatchObject({ error: { code } });
    return;
  }
  if (client === 'whole') {
    expect(got.status).toBe('answer' in outcome ? 200 : (outcome.status ?? 502));
    const body = JSON.parse(got.text) as { output?: unknown };
    if ('answer' in outcome) expect(JSON.stringify(body.output)).toContain(JSON.stringify(outcome.answer));
    else expect(body).toMatchObject({ error: { message: expect.stringMatching(outcome.words) } });
    return;
  }
  expect(got.status).toBe(200);
  const events = eventsOf(got.text).filter(({ type }) => type !== 'keepalive');
  expect(illegalities(events as unknown as ResponseEvent[])).toEqual([]);
  const { type, response } = terminalOf(events);
  if ('answer' in outcome) {
    expect(type).toBe('response.completed');
    // compared by hand: a difference of megabytes is no message
    expect(textOfDeltas(events) === outcome.answer, textOfDeltas(events).slice(0, 99)).toBe(true);
  } else {
    expect(type).toBe('response.failed');
    expect(textOfDeltas(events)).toBe(outcome.broken);
    expect(response.error?.message).toMatch(outcome.words);
    if (client === 'codex') expect(response.error?.code).toBe(outcome.code);
  }
}

it('a provider that refuses connections: one HTTP error, and all is well when it is back', async () => {
  await withNothingLeft([goodAnswer], async ({ proxy, provider }) => {
    await provider.stopListening();
    const refused = await send(proxy, { body: question });
    expectOutcome('stream', refused, unreachable(/connection refused \(ECONNREFUSED\)/));
    await provider.listenAgain();
  });
});

/** What a client of a route that passes answers on as they are gets: an HTTP error, or these bytes, cut or whole. */
type Relayed = Refused | { passed: string; isCut: boolean };

const passed = (text: string, isCut: boolean): Relayed => ({ passed: text, isCut });

describe('a chat completion that is passed on, before a provider that', () => {
  const sent = `${whole}${stop}${done}`;
  it.each<[string, WireStep, Relayed, number, Partial<ProxyOptions>?]>([
    ['resets a new connection', onConnection((wire) => wire.reset()), unreachable(closed), 4],
    ['resets after the request', sendParts([], 'reset'), unreachable(closed), 4],
    ['closes in the headers', sendParts(['HTTP/1.1 200 OK\r\ncontent-ty'], 'end'), unreachable(closed), 4],
    ['never answers', sendParts([], 'stall'), timedOut(/did not answer/), 1, headersTimeout],
    ['resets after the headers', streamed([], 'reset'), cutOff(closed), 1],
    ['stalls after the headers', streamed([], 'stall'), cutOff(/nothing came for too long/), 1, idle],
    ['resets between two chunks', streamed([half], 'reset'), passed(half, true), 1],
    [
      'stalls in the middle of a line',
      streamed([half, half.slice(0, 30)], 'stall'),
      passed(half + half.slice(0, 30), true),
      1,
      idle,
    ],
    ['resets after [DONE]', streamed([sent], 'reset'), passed(sent, true), 1],
    ['sends one byte at a time', streamed([...sent]), passed(sent, false), 1],
    [
      'sends noise',
      answer(200, { 'content-type': 'text/event-stream' }, '\u0000\u0001\n\n'),
      passed('\u0000\u0001\n\n', false),
      1,
    ],
    [
      'sends gzip, which the client may want',
      answer(200, { 'content-encoding': 'gzip' }, zipped),
      passed(zipped.toString(), false),
      1,
    ],
    [
      'redirects',
      answer(307, { location: 'http://127.0.0.1:1/elsewhere' }),
      { refused: 'provider_refused', status: 400, words: /the server redirects/ },
      1,
    ],
    [
      'sends a web page with an error',
      answer(502, { 'content-type': 'text/html' }, '<html><title>502</title></html>'),
      { refused: 'provider_not_json', status: 502, words: /web page/ },
      4,
    ],
    [
      'is busy, as a stream',
      answer(429, { 'content-type': 'text/event-stream' }, 'data: slow down\n\n'),
      { refused: 'rate_limit_exceeded', status: 429, words: /429/ },
      4,
    ],
  ])('%s', async (_, step, outcome, attempts, options) => {
    await withNothingLeft(
      [step],
      async ({ proxy, provider }) => {
        const { answer: head } = open(proxy, {
          path: '/v1/chat/completions',
          body: { model: 'glm-5.3', messages: [], stream: true },
        });
        const response = await within(20_000, 'the head', head);
        let text = '';
        const read = (async () => {
          for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) text += part;
        })();
        const isCut = await within(
          20_000,
          'the end',
          read.then(
            () => false,
            () => true,
          ),
        );
        if ('refused' in outcome) {
          expect({ status: response.statusCode, isCut }).toEqual({ status: outcome.status, isCut: false });
          expect(JSON.parse(text)).toMatchObject({
            error: { code: outcome.refused, message: expect.stringMatching(outcome.words) as string },
          });
        } else
          expect({ status: response.statusCode, text, isCut }).toEqual({
            status: 200,
            text: outcome.passed,
            isCut: outcome.isCut,
          });
        expect(provider.attempts, 'requests to the provider').toBe(attempts);
      },
      { proxy: options },
    );
  });
});
