/** The faults of providers, and what clients get of each. */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ProxyOptions } from '../../src/proxy/server.ts';
import {
  answer,
  chunked,
  onConnection,
  sendParts,
  sseHead,
  streamed,
  type RawProviderOptions,
  type WireStep,
} from '../helpers/raw-provider.ts';
import { delta, finish, frame } from '../helpers/scripted-upstream.ts';
import { repositoryRoot } from '../helpers/test-place.ts';
import { goodAnswer } from '../helpers/watched-proxy.ts';

/** What clients get. */
export type Outcome =
  /** The whole answer, from the first attempt. */
  | { answer: string }
  /** So many calls of tools, each with an id of its own. */
  | { calls: number }
  /** One HTTP error: the code of OpenAI's shape, its status, a word of the message. */
  | { refused: string; status: number; words: RegExp }
  /** An answer that began with this text, and one `response.failed`. To others than codex, without a stream, `status`, 502 by default. */
  | { broken: string; code: string; words: RegExp; status?: number };

export interface Fault {
  name: string;
  step: WireStep;
  outcome: Outcome;
  /** Requests to the provider when it goes on like that; 0 when no connection comes so far. Default 1. */
  attempts?: number;
  proxy?: Partial<ProxyOptions>;
  /** Made anew for each provider; `ahead` connections come before those that the attempts open. */
  server?: (ahead?: number) => RawProviderOptions;
  input?: string;
  /** Tools that the request offers. */
  tools?: object[];
}

export const half = frame(delta({ content: 'Half' }));
export const whole = `${half}${frame(delta({ content: ' and all' }))}`;
export const stop = frame(finish('stop'));
export const done = 'data: [DONE]\n\n';
const inMegabytes = Array.from({ length: 400_000 }, (_, n) => `${n} `).join('');
const answered = { answer: 'Half and all' };

const retried = { attempts: 4 };
export type Refused = Extract<Outcome, { refused: string }>;
export const unreachable = (words: RegExp): Refused => ({ refused: 'provider_unreachable', status: 502, words });
export const cutOff = (words: RegExp): Refused => ({ refused: 'provider_stream_cut', status: 502, words });
const notJson = (words: RegExp): Outcome => ({ refused: 'provider_not_json', status: 502, words });
export const timedOut = (words: RegExp): Refused => ({ refused: 'provider_timeout', status: 504, words });
const broken = (words: RegExp): Outcome => ({ broken: 'Half', code: 'stream_cut', words });
export const closed = /connection was (?:closed|reset)/;

export const idle = { providerIdleTimeoutMs: 60 };
export const headersTimeout = { providerHeadersTimeoutMs: 60 };

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
    name: 'resets in the body of an error',
    step: answer(403, { 'content-length': '1000' }, '{"error":{"message":"no', 'reset'),
    outcome: { refused: 'invalid_api_key', status: 403, words: /answered 403/ },
  },
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

const bomb = gzipSync(Buffer.alloc(100_000_000, ' '));
export const zipped = gzipSync(`${whole}${stop}${done}`);
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
    name: 'sends a whole completion and more behind it',
    step: answer(
      200,
      { 'content-type': 'application/json' },
      `${JSON.stringify({ choices: [{ message: { content: 'Half and all' }, finish_reason: 'stop' }] })}\nrubbish`,
    ),
    outcome: notJson(/no chat completion/),
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
    name: 'sends 100 MB as gzip, which nobody unpacks',
    step: answer(200, { 'content-encoding': 'gzip' }, bomb),
    outcome: notJson(/compressed body \(gzip\)/),
  },
  {
    name: 'sends an error without end',
    step: async (wire) => {
      await wire.request();
      await wire.send('HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n');
      while (!wire.isGone) await Promise.race([wire.send(chunked('x'.repeat(100_000))), wire.gone]);
    },
    outcome: { refused: 'provider_refused', status: 400, words: /answered 400: x{20}/ },
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

const execCommand = { type: 'function', name: 'exec_command', parameters: { type: 'object', properties: {} } };
const calls = (ids: (string | undefined)[]) =>
  frame(
    delta({
      tool_calls: ids.map((id, index) => ({
        index,
        id,
        type: 'function',
        function: { name: 'exec_command', arguments: `{"cmd":"echo ${index}"}` },
      })),
    }),
  );

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
    name: 'gives two calls the same id',
    step: streamed([calls(['call_1', 'call_1']), frame(finish('tool_calls')), done]),
    tools: [execCommand],
    outcome: { calls: 2 },
  },
  {
    name: 'gives calls no id',
    step: streamed([calls([undefined, undefined]), frame(finish('tool_calls')), done]),
    tools: [execCommand],
    outcome: { calls: 2 },
  },
  {
    name: 'gives calls an id of nothing',
    step: streamed([calls(['', '']), frame(finish('tool_calls')), done]),
    tools: [execCommand],
    outcome: { calls: 2 },
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

export const certificatePath = join(repositoryRoot, 'fixtures/tls/test-certificate.pem');
const tls = {
  cert: readFileSync(certificatePath, 'utf8'),
  key: readFileSync(join(repositoryRoot, 'fixtures/tls/test-key.pem'), 'utf8'),
};
const trusted = { extraCa: tls.cert, connectTimeoutMs: 10_000 };
const secure: Fault[] = [
  {
    name: 'takes its time for the TLS handshake',
    step: streamed([whole, stop, done]),
    server: () => ({ tls, beforeTls: () => sleep(100) }),
    proxy: trusted,
    outcome: answered,
  },
  {
    name: 'sends each byte of its TLS alone',
    step: streamed([whole, stop, done]),
    server: () => ({ tls, beforeTls: inBytes }),
    proxy: trusted,
    outcome: answered,
  },
  {
    name: 'never begins the TLS handshake',
    step: goodAnswer,
    server: onFirst(2, (socket) => void socket.resume()),
    proxy: { ...trusted, connectTimeoutMs: 300 },
    outcome: timedOut(/connecting timed out/),
    attempts: 0,
  },
  {
    name: 'stalls inside the TLS handshake',
    step: goodAnswer,
    // the head of a record of 122 bytes, and two of them
    server: onFirst(2, (socket) => void socket.resume().write(Buffer.from([0x16, 3, 3, 0, 0x7a, 2, 0]))),
    proxy: { ...trusted, connectTimeoutMs: 300 },
    outcome: timedOut(/connecting timed out/),
    attempts: 0,
  },
  {
    name: 'resets inside the TLS handshake',
    step: goodAnswer,
    server: onFirst(4, (socket) => void socket.once('data', () => socket.resetAndDestroy())),
    proxy: trusted,
    outcome: unreachable(closed),
    attempts: 0,
  },
  {
    name: 'closes inside the TLS handshake',
    step: goodAnswer,
    server: onFirst(4, (socket) => void socket.once('data', () => socket.end())),
    proxy: trusted,
    outcome: unreachable(closed),
    attempts: 0,
  },
  {
    name: 'resets a TLS connection between two chunks',
    step: streamed([half], 'reset'),
    server: () => ({ tls }),
    proxy: trusted,
    outcome: broken(closed),
  },
];

/** Does that with the first connections, which are as many as a proxy tries, in place of a handshake. */
function onFirst(count: number, instead: (socket: Socket) => void): (ahead?: number) => RawProviderOptions {
  return (ahead = 0) => {
    let connections = 0;
    return {
      tls,
      beforeTls(socket) {
        if (++connections > count + ahead) return;
        instead(socket);
        return new Promise((resolve) => void socket.on('close', () => resolve()));
      },
    };
  };
}

/** The same connection, written to byte by byte. */
function inBytes(socket: Socket): Duplex {
  socket.setNoDelay(true);
  const slow = new Duplex({
    read() {},
    write(bytes: Buffer, _, done) {
      void (async () => {
        for (const byte of bytes) await new Promise((resolve) => void socket.write(Buffer.of(byte), resolve));
        done();
      })();
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => (socket.destroy(), done(error)),
  });
  socket
    .on('data', (bytes) => slow.push(bytes))
    .on('end', () => slow.push(null))
    .on('close', () => slow.destroy());
  return slow;
}

export const faultGroups: [string, Fault[]][] = [
  ['breaks off', breaks],
  ['stalls', stalls],
  ['is no provider', garbage],
  ['writes oddly', lines],
  ['says something else', contents],
  ['speaks TLS badly', secure],
];
