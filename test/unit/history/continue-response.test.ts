import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findModel, findProvider } from '../../../src/catalog/catalog.ts';
import { continueResponse } from '../../../src/history/continue-response.ts';
import { listInputItems } from '../../../src/history/input-items.ts';
import { createMemoryStore } from '../../../src/history/memory-store.ts';
import { toChatRequest } from '../../../src/translate/request/to-chat-request.ts';
import { storedResponse } from '../../helpers/stored-response.ts';

const ask = { model: 'glm-5.3', input: 'And now?' };

it('a request behind a response has its input, its output with reasoning, then its own items', async () => {
  const store = createMemoryStore();
  await store.put(storedResponse('resp_a1', 'Hello', { reasoning: 'sealed' }));
  const { request, depth } = await continueResponse({ ...ask, previous_response_id: 'resp_a1' }, store);
  expect(request.input.map((item) => (item as { type: string }).type)).toEqual([
    'message',
    'reasoning',
    'message',
    'message',
  ]);
  expect(JSON.stringify(request.input)).toMatch(/"Hi".*"sealed".*"Hello".*"And now\?"/s);
  expect(request).not.toHaveProperty('previous_response_id');
  expect(depth).toBe(1);
});

it('references to items become the items', async () => {
  const store = createMemoryStore();
  const stored = storedResponse('resp_a1', 'Hello', { reasoning: 'sealed' });
  await store.put(stored);
  const references = [{ type: 'item_reference', id: 'rs_a1_0' }, { id: 'msg_a1_1' }];
  const { request } = await continueResponse({ ...ask, input: references }, store);
  expect(request.input).toEqual(stored.response.output);
});

it.each([
  ['an unknown response', { ...ask, previous_response_id: 'resp_no' }, 404, "Response with id 'resp_no' not found."],
  ['an id that is no text', { ...ask, previous_response_id: 7 as never }, 400, 'must be a string'],
  ['an unknown item', { ...ask, input: [{ type: 'item_reference', id: 'msg_no_1' }] }, 404, "'msg_no_1' not found"],
  ['an item that its response does not have', { ...ask, input: [{ id: 'msg_a1_9' }] }, 404, "'msg_a1_9' not found"],
])('%s is refused', async (_, request, status, words) => {
  const store = createMemoryStore();
  await store.put(storedResponse('resp_a1'));
  await expect(continueResponse(request, store)).rejects.toMatchObject({
    status,
    message: expect.stringContaining(words),
  });
});

it('a conversation that goes on without end is stopped', async () => {
  const store = createMemoryStore();
  await store.put(storedResponse('resp_a1', 'Hello', { depth: 4096 }));
  await expect(continueResponse({ ...ask, previous_response_id: 'resp_a1' }, store)).rejects.toMatchObject({
    status: 400,
  });
});

it('a conversation lives on when what it began with was dropped', async () => {
  const store = createMemoryStore();
  await store.put(storedResponse('resp_a1'));
  const { request, depth } = await continueResponse({ ...ask, previous_response_id: 'resp_a1' }, store);
  await store.put({ ...storedResponse('resp_a2', 'Again'), input: request.input, depth });
  await store.delete('resp_a1');
  const next = await continueResponse({ ...ask, previous_response_id: 'resp_a2' }, store);
  expect(JSON.stringify(next.request.input)).toMatch(/Hi.*Hello.*And now.*Again.*And now/s);
});

it('input items are listed in pages, newest first, each with an id that stays', () => {
  const input = [...'abcde'].map((text) => ({ role: 'user', content: text }));
  const stored = { ...storedResponse('resp_a1'), input: [...input, { type: 'function_call', id: 'fc_1' }] };
  const page = listInputItems(stored, { limit: '2' });
  expect(page).toMatchObject({ object: 'list', first_id: 'fc_1', last_id: 'item_a1_4', has_more: true });
  expect(page.data[1]).toMatchObject({ type: 'message', content: 'e' });
  const rest = listInputItems(stored, { after: 'item_a1_4', limit: '4' });
  expect(rest.data.map((item) => (item as { content: string }).content)).toEqual(['d', 'c', 'b', 'a']);
  expect(rest.has_more).toBe(false);
  expect(listInputItems(stored, { order: 'asc', before: 'item_a1_1' }).data).toHaveLength(1);
});

it.each([{ limit: '0' }, { limit: '101' }, { limit: 'x' }, { order: 'up' }, { after: 'no' }])(
  'the query %j is refused',
  (query) => {
    expect(() => listInputItems(storedResponse('resp_a1'), query)).toThrow(expect.objectContaining({ status: 400 }));
  },
);

it('a conversation that is continued by ids looks to the provider like one that is sent whole', async () => {
  const provider = findProvider('zai');
  const target = { model: findModel(provider, 'glm-5.3'), rules: provider.rules };
  const turns = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(turns, async (said) => {
      const store = createMemoryStore();
      const whole: unknown[] = [];
      let previous: string | undefined;
      for (const [index, [question, answer]] of said.entries()) {
        const asked = previous === undefined ? {} : { previous_response_id: previous };
        const { request, depth } = await continueResponse({ model: 'glm-5.3', input: question, ...asked }, store);
        whole.push({ role: 'user', content: question });
        const sent = toChatRequest({ model: 'glm-5.3', input: whole }, target);
        expect(toChatRequest(request, target).chat).toEqual(sent.chat);
        expect(depth).toBe(index);
        const stored = storedResponse(`resp_${index}`, answer, { reasoning: 'sealed' });
        whole.push(...stored.response.output);
        await store.put({ ...stored, input: request.input, depth });
        previous = stored.response.id;
      }
    }),
    { numRuns: 50 },
  );
});
