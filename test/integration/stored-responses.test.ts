import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openDiskStore } from '../../src/history/disk-store.ts';
import { createMemoryStore } from '../../src/history/memory-store.ts';
import type { HistoryStore } from '../../src/history/store.ts';
import type { Response } from '../../src/protocol/responses.ts';
import { signalOf, within } from '../helpers/deadline.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import {
  codexHeaders,
  eventsOf,
  open,
  question,
  send,
  terminalOf,
  textOf,
  type ClientRequest,
} from '../helpers/responses-client.ts';
import { cut, hang, stream, streamInTwo, textChunks } from '../helpers/scripted-upstream.ts';
import { testFolder } from '../helpers/test-folder.ts';

const whole = { model: 'glm-5.3', input: 'Hello?' };

type Target = Parameters<typeof send>[0];

async function ask(proxy: Target, body: Record<string, unknown>): Promise<Response> {
  const { status, text } = await send(proxy, { body });
  expect(status, text).toBe(200);
  return JSON.parse(text) as Response;
}

async function call(proxy: Target, method: string, path: string, rest: Partial<ClientRequest> = {}) {
  const { status, text } = await send(proxy, { method, path: `/v1/responses/${path}`, ...rest });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

describe('a stored response', () => {
  it('is continued: the provider sees the whole conversation, reasoning included', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('First.')), stream(textChunks('Second.'))]);
    const first = await ask(proxy, { ...whole, instructions: 'Be brief.' });
    const second = await ask(proxy, { ...whole, input: 'And then?', previous_response_id: first.id });
    const third = await ask(proxy, { ...whole, input: 'At last?', previous_response_id: second.id });
    expect(second.previous_response_id).toBe(first.id);
    expect(third.previous_response_id).toBe(second.id);
    const messages = upstream.requests[2]?.body['messages'] as Record<string, unknown>[];
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Hello?'],
      ['assistant', 'First.'],
      ['user', 'And then?'],
      ['assistant', 'Second.'],
      ['user', 'At last?'],
    ]);
    expect(messages[1]).toMatchObject({ reasoning_content: 'Let me think.' });
  });

  it('can be continued as soon as its last event is there, streamed too', async () => {
    const slow = slowStore();
    const { proxy } = await proxyTo([stream(textChunks('First.'))], { history: slow.store });
    const { text } = await send(proxy, { body: question });
    const { response } = terminalOf(eventsOf(text)) as unknown as { response: Response };
    expect(slow.stored).toEqual([response.id]);
    expect(response).toMatchObject({ store: true, previous_response_id: null });
  });

  it('is shown, listed and deleted', async () => {
    const { proxy } = await proxyTo([stream(textChunks('First.'))]);
    const first = await ask(proxy, whole);
    expect(await call(proxy, 'GET', first.id)).toEqual({ status: 200, body: first });
    const items = await call(proxy, 'GET', `${first.id}/input_items?order=asc`);
    expect(items.body).toMatchObject({ object: 'list', data: [{ type: 'message', role: 'user' }], has_more: false });
    expect(await call(proxy, 'DELETE', first.id)).toEqual({
      status: 200,
      body: { id: first.id, object: 'response', deleted: true },
    });
    expect((await call(proxy, 'GET', first.id)).status).toBe(404);
    expect((await call(proxy, 'DELETE', first.id)).status).toBe(404);
  });

  it.each(['resp_000', '..%2f..%2fetc'])('of id %s is not found, in OpenAI’s shape', async (id) => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('no'))]);
    for (const [method, path] of [
      ['GET', id],
      ['DELETE', id],
      ['POST', `${id}/cancel`],
      ['GET', `${id}/input_items`],
    ] as const) {
      const { status, body } = await call(proxy, method, path);
      expect(status).toBe(404);
      expect(body).toMatchObject({ error: { type: 'invalid_request_error', code: 'not_found' } });
    }
    const { status } = await send(proxy, { body: { ...whole, previous_response_id: id } });
    expect(status).toBe(404);
    expect(upstream.requests).toHaveLength(0);
  });

  it.each([
    ['with store: false', stream(textChunks('First.')), { store: false }],
    ['that failed', cut(textChunks('First.').slice(0, 2)), {}],
  ])('is none %s', async (_, step, fields) => {
    const { proxy } = await proxyTo([step]);
    const { text } = await send(proxy, { body: { ...question, ...fields } });
    const { response } = terminalOf(eventsOf(text)) as unknown as { response: Response };
    expect((await call(proxy, 'GET', response.id)).status).toBe(404);
  });

  it('is sent to the client even when it cannot be stored', async () => {
    const broken: HistoryStore = {
      put: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
      get: () => Promise.resolve(undefined),
      delete: () => Promise.resolve(false),
    };
    const levels: string[] = [];
    const { proxy } = await proxyTo([stream(textChunks('First.'))], {
      history: broken,
      log: ({ level }) => levels.push(level),
    });
    expect((await ask(proxy, whole)).status).toBe('completed');
    expect(levels).toContain('error');
  });

  it('outlives the proxy on disk', async () => {
    const folder = await testFolder();
    const { proxy } = await proxyTo([stream(textChunks('First.'))], { history: await openDiskStore(folder) });
    const first = await ask(proxy, whole);
    await proxy.close();
    expect(await readdir(folder)).toEqual([`${first.id}.json`]);
    const next = await proxyTo([stream(textChunks('Second.'))], { history: await openDiskStore(folder) });
    await ask(next.proxy, { ...whole, input: 'And then?', previous_response_id: first.id });
    expect(next.upstream.requests[0]?.body['messages']).toHaveLength(3);
  });
});

describe('a response under way', () => {
  it('is cancelled by its id, which ends its stream and its provider request', async () => {
    const { proxy, upstream } = await proxyTo([hang(textChunks('First.').slice(0, 2))]);
    const arrived = upstream.nextRequest();
    const { answer } = open(proxy, { body: question });
    const response = await within(15_000, 'the head', answer);
    response.setEncoding('utf8');
    const id = await within(15_000, 'the id', firstId(response));
    expect((await call(proxy, 'GET', id)).body).toMatchObject({ id, status: 'in_progress' });
    const rest = textOf(response);
    expect((await call(proxy, 'POST', `${id}/cancel`)).body).toMatchObject({ id, status: 'cancelled', error: null });
    await within(15_000, 'the end of the provider’s request', (await arrived).aborted);
    expect(terminalOf(eventsOf(await within(15_000, 'the end', rest))).response.status).toBe('cancelled');
    expect((await call(proxy, 'GET', id)).body).toMatchObject({ status: 'cancelled' });
    expect((await call(proxy, 'POST', `${id}/cancel`)).body).toMatchObject({ status: 'cancelled' });
  });

  it('that has ended can no longer be cancelled', async () => {
    const { proxy } = await proxyTo([stream(textChunks('First.'))]);
    const { id } = await ask(proxy, whole);
    const { status, body } = await call(proxy, 'POST', `${id}/cancel`);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('Cannot cancel a completed response.');
  });

  it('is forgotten when its client leaves', async () => {
    const gate = signalOf();
    const { proxy, upstream } = await proxyTo([streamInTwo(textChunks('First.').slice(0, 2), gate.promise, [])]);
    const arrived = upstream.nextRequest();
    const { answer } = open(proxy, { body: question });
    const response = await within(15_000, 'the head', answer);
    response.setEncoding('utf8');
    const id = await within(15_000, 'the id', firstId(response));
    response.destroy();
    await within(15_000, 'the end of the provider’s request', (await arrived).aborted);
    gate.resolve();
    await expect.poll(async () => (await call(proxy, 'GET', id)).status, { timeout: 5000 }).toBe(404);
  });
});

it('codex, which stores nothing, passes the history untouched', async () => {
  const slow = slowStore();
  const { proxy } = await proxyTo([stream(textChunks('First.'))], { history: slow.store });
  await send(proxy, { body: { ...question, store: false }, headers: codexHeaders });
  expect(slow.stored).toEqual([]);
});

it('the tokens of a prompt are estimated, earlier responses included', async () => {
  const { proxy } = await proxyTo([stream(textChunks('First.'))]);
  const first = await ask(proxy, whole);
  const count = async (body: unknown) => {
    const { text } = await send(proxy, { path: '/v1/responses/input_tokens', body });
    expect(JSON.parse(text)).toMatchObject({ object: 'response.input_tokens' });
    return (JSON.parse(text) as { input_tokens: number }).input_tokens;
  };
  const alone = await count({ ...whole, input: 'x'.repeat(400) });
  expect(alone).toBeGreaterThan(100);
  expect(alone).toBeLessThan(150);
  expect(await count({ ...whole, input: 'x'.repeat(400), previous_response_id: first.id })).toBeGreaterThan(alone);
});

/** Stores with a delay, as a network would. */
function slowStore(): { store: HistoryStore; stored: string[] } {
  const memory = createMemoryStore();
  const stored: string[] = [];
  return {
    stored,
    store: {
      ...memory,
      async put(entry) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        stored.push(entry.response.id);
        return memory.put(entry);
      },
    },
  };
}

function firstId(response: AsyncIterable<string> & { once(event: 'data', on: (text: string) => void): unknown }) {
  return new Promise<string>((resolve) => {
    response.once('data', (text) => {
      const [created] = eventsOf(text) as unknown as { response: Response }[];
      resolve(created?.response.id ?? '');
    });
  });
}
