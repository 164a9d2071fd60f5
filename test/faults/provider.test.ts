import { describe, expect, it } from 'vitest';
import type { ResponseEvent } from '../../src/protocol/responses.ts';
import type { ProxyOptions } from '../../src/proxy/server.ts';
import { within } from '../helpers/deadline.ts';
import { illegalities } from '../helpers/legal-events.ts';
import { answer, onConnection, sendParts, streamed, type WireStep } from '../helpers/raw-provider.ts';
import { codexHeaders, eventsOf, open, question, send, terminalOf, textOfDeltas } from '../helpers/responses-client.ts';
import { goodAnswer, withNothingLeft } from '../helpers/watched-proxy.ts';
import {
  closed,
  cutOff,
  done,
  faultGroups,
  half,
  headersTimeout,
  idle,
  stop,
  timedOut,
  unreachable,
  whole,
  zipped,
  type Fault,
  type Outcome,
  type Refused,
} from './provider-faults.ts';

const bodyOf = ({ input = 'Hello?', tools }: Fault) => ({ ...question, input, ...(tools && { tools }) });

describe.each(faultGroups)('a provider that %s', (_, faults) => {
  it.each(faults)('$name', async (fault) => {
    const { step, outcome, attempts = 1, proxy: options, server } = fault;
    for (const client of ['codex', 'stream', 'whole'] as const) {
      await withNothingLeft(
        [step],
        async ({ proxy, provider }) => {
          const got = await send(proxy, {
            body: { ...bodyOf(fault), stream: client !== 'whole' },
            headers: client === 'codex' ? codexHeaders : {},
          });
          expectOutcome(client, got, outcome);
          expect(provider.attempts, 'requests to the provider').toBe(attempts);
        },
        { ...server?.(), proxy: options },
      );
    }
  });

  it.each(faults.filter(({ attempts = 1 }) => attempts > 1))('once, $name: nobody sees it', async (fault) => {
    await withNothingLeft(
      [fault.step, goodAnswer],
      async ({ proxy, provider }) => {
        const { text } = await send(proxy, { body: bodyOf(fault), headers: codexHeaders });
        expectOutcome('codex', { status: 200, text }, { answer: 'Good.' });
        expect(provider.attempts).toBe(2);
      },
      { ...fault.server?.(), proxy: fault.proxy },
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
    expect(got.status).toBe('broken' in outcome ? (outcome.status ?? 502) : 200);
    const body = JSON.parse(got.text) as { output?: unknown };
    if ('calls' in outcome) expectCalls(body.output, outcome.calls);
    else if ('answer' in outcome) expect(JSON.stringify(body.output)).toContain(JSON.stringify(outcome.answer));
    else expect(body).toMatchObject({ error: { message: expect.stringMatching(outcome.words) } });
    return;
  }
  expect(got.status).toBe(200);
  const events = eventsOf(got.text).filter(({ type }) => type !== 'keepalive');
  expect(illegalities(events as unknown as ResponseEvent[])).toEqual([]);
  const { type, response } = terminalOf(events);
  if ('calls' in outcome) {
    expect(type).toBe('response.completed');
    expectCalls(response.output, outcome.calls);
  } else if ('answer' in outcome) {
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

function expectCalls(output: unknown, count: number): void {
  const items = output as { type: string; call_id: string; arguments: string }[];
  expect(items.map(({ type, arguments: text }) => [type, text])).toEqual(
    Array.from({ length: count }, (_, n) => ['function_call', `{"cmd":"echo ${n}"}`]),
  );
  expect(new Set(items.map(({ call_id: id }) => id)).size, 'ids').toBe(count);
  for (const { call_id: id } of items) expect(id).toMatch(/\w/);
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
