/** One case of a provider's quirk, played through the real proxy against a scripted provider. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accumulateResponse } from 'openai/lib/responses/ResponseAccumulator';
import type { ResponseStreamEvent, Response as OpenAiResponse } from 'openai/resources/responses/responses';
import { expect } from 'vitest';
import { findProvider } from '../../src/catalog/catalog.ts';
import type { ChatRules, Quirk } from '../../src/catalog/provider.ts';
import type { ResponseEvent } from '../../src/protocol/responses.ts';
import type { ProxyOptions } from '../../src/proxy/server.ts';
import { signalOf, within } from './deadline.ts';
import { illegalities } from './legal-events.ts';
import { proxyTo } from './proxy-under-test.ts';
import { codexHeaders, eventsOf, open, terminalOf } from './responses-client.ts';
import { frame, textChunks, type Chunk, type Step } from './scripted-upstream.ts';
import { sessionToolDeclarations } from './session-tools.ts';

export interface QuirkFixture {
  /** What is done about it: the test's name. */
  behaviour: string;
  /** Where it was met. */
  seen: string;
  cases: QuirkCase[];
}

/** Expectations are parts: what they do not name may be anything. */
export interface QuirkCase {
  name: string;
  /** Default `zai`, with the address of the scripted provider. */
  provider?: string;
  /** Named quirks that the provider has besides its own. */
  quirks?: Quirk[];
  /** Over the provider's rules, as settings do it. */
  rules?: Partial<ChatRules>;
  proxy?: Partial<Pick<ProxyOptions, 'keepAliveMs' | 'headersWaitMs' | 'firstRetryDelayMs' | 'maxConcurrent'>>;
  /** Default `/v1/responses`; for another one `request` is the whole body. */
  path?: string;
  /** Over the usual request, which is codex's in small. */
  request?: Record<string, unknown>;
  /** Send it so often, at once. */
  times?: number;
  /** One for each request that reaches the provider, the last for all further ones. Default: a plain answer. */
  answers?: ProviderAnswer[];

  /** The chat requests that reached the provider: exactly as many. */
  sent?: Record<string, unknown>[];
  /** What must not stand anywhere in them. */
  notSent?: string[];
  /** The response that codex's stream ends with. */
  response?: Record<string, unknown>;
  /** The text that codex is refused with. */
  refused?: string;
  /** The answer of another path. */
  plain?: { status: number; text: string };
  /** What another client gets for the same. */
  openAi?: Record<string, unknown>;
  /** How often what was repaired; exactly these. */
  diagnostics?: string;
}

export interface ProviderAnswer {
  chunks?: Chunk[];
  /** The chunks of a case of `fixtures/streams`. */
  stream?: string;
  /** Sent behind the chunks; default `[DONE]`. */
  end?: 'done' | 'nothing';
  /** The body's bytes in hexadecimal, each element a write of its own; in place of `chunks`. */
  writes?: string[];
  /** A failure instead of a stream. */
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /**
   * Hold everything back, the status too, until the client has received a keep-alive, or until so many requests wait in
   * the proxy's queue.
   */
  until?: 'keep-alive' | { waiting: number };
  /** The same, between this many chunks and the rest. */
  pauseBehind?: number;
}

const usual = {
  model: 'glm-5.3',
  stream: true,
  tools: sessionToolDeclarations,
  input: [{ role: 'user', content: 'go' }],
};

export async function playQuirk(quirk: QuirkCase): Promise<void> {
  const { path, request, times = 1, answers = [{ chunks: textChunks('Done.') }], sent } = quirk;
  const keptAlive = signalOf();
  const queue = signalOf();
  const isQueued = (waiting: number) =>
    answers.some(({ until }) => typeof until === 'object' && until.waiting <= waiting);
  const gates = { keepAlive: keptAlive.promise, queue: queue.promise };
  const description = findProvider(quirk.provider ?? 'zai');
  const rules = {
    ...description.rules,
    ...quirk.rules,
    quirks: [...description.rules.quirks, ...(quirk.quirks ?? [])],
  };
  const { proxy, upstream } = await proxyTo(
    answers.map((answer) => toStep(answer, gates)),
    {
      provider: { ...description, rules },
      log: ({ fields }) => {
        if (isQueued(Number(fields['waiting']))) queue.resolve();
      },
      ...quirk.proxy,
    },
  );

  const ask = async (headers: Record<string, string>) => {
    const { answer } = open(
      proxy,
      path === undefined ? { body: { ...usual, ...request }, headers } : { path, body: request, headers },
    );
    const response = await answer;
    let text = '';
    for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) {
      text += part;
      if (text.includes('"keepalive"')) keptAlive.resolve();
    }
    return { status: response.statusCode, text };
  };
  const headers = { ...codexHeaders, 'x-codex-glm-diagnostics': '1' };
  const all = Promise.all(Array.from({ length: times }, () => ask(headers)));
  for (const { status, text } of await within(10_000, quirk.name, all)) checkAnswer(quirk, status, text);
  if (sent) expect(upstream.requests.map(({ body }) => body)).toMatchObject(sent);
  for (const text of quirk.notSent ?? [])
    expect(JSON.stringify(upstream.requests.map(({ body }) => body))).not.toContain(text);
  if (quirk.openAi) {
    const { status, text } = await within(10_000, quirk.name, ask({}));
    expect({ status, ...(JSON.parse(text) as object) }).toMatchObject(quirk.openAi);
  }
}

function checkAnswer(quirk: QuirkCase, status: number | undefined, text: string): void {
  if (quirk.plain) return expect({ status, text }).toEqual(quirk.plain);
  if (quirk.refused !== undefined) return expect({ status, text }).toEqual({ status: 400, text: quirk.refused });
  const events = eventsOf(text).filter(({ type }) => type !== 'keepalive');
  const { response } = terminalOf(events);
  const { codex_glm_diagnostics: diagnostics = '' } =
    (response as { metadata?: Record<string, string> }).metadata ?? {};
  const repaired = diagnostics.includes('call-arguments-repaired');
  expect(illegalities(events as unknown as ResponseEvent[], { repaired })).toEqual([]);
  expect(accumulate(events as unknown as ResponseStreamEvent[])).toMatchObject(response);
  expect(response).toMatchObject(quirk.response ?? { status: 'completed' });
  if (quirk.diagnostics !== undefined) expect(diagnostics).toBe(quirk.diagnostics);
}

/** Folds events as the `openai` package does for its users. */
function accumulate(events: ResponseStreamEvent[]): OpenAiResponse | undefined {
  let snapshot: OpenAiResponse | undefined;
  for (const event of events) snapshot = accumulateResponse(event, snapshot);
  return snapshot;
}

function toStep(answer: ProviderAnswer, gates: { keepAlive: Promise<void>; queue: Promise<void> }): Step {
  const {
    stream,
    chunks = stream === undefined ? [] : chunksOf(stream),
    writes,
    status = 200,
    headers,
    body,
    until,
    pauseBehind,
  } = answer;
  return async (response) => {
    const gate = until === 'keep-alive' ? gates.keepAlive : gates.queue;
    if (until !== undefined && pauseBehind === undefined) await gate;
    if (body !== undefined) {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      return void response.end(typeof body === 'string' ? body : JSON.stringify(body));
    }
    response.writeHead(status, { 'content-type': 'text/event-stream', ...headers });
    response.socket?.setNoDelay(true);
    const parts = writes?.map((bytes) => Buffer.from(bytes, 'hex')) ?? chunks.map(frame);
    for (const [index, part] of parts.entries()) {
      if (index === pauseBehind) await gate;
      await new Promise((resolve) => response.write(part, resolve));
      // lets what reads it see it alone
      if (writes) await sleep(0);
    }
    response.end(answer.end === 'nothing' || writes ? undefined : 'data: [DONE]\n\n');
  };
}

function chunksOf(stream: string): Chunk[] {
  const text = readFileSync(join(import.meta.dirname, '../../fixtures/streams', `${stream}.chunks.jsonl`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Chunk);
}
