import { expect, it } from 'vitest';
import { findModel, findProvider, responseSkeleton, toChatRequest, translateStream } from '../../../../src/index.ts';
import type { ChatCompletionChunk } from '../../../../src/protocol/chat.ts';

const provider = findProvider('zai');
const model = findModel(provider, 'glm-5.3');
const request = { model: 'glm-5.3', input: 'Hello?' };

function translate(chunks: AsyncIterable<ChatCompletionChunk>) {
  const { tools, usedCallIds } = toChatRequest(request, { model, rules: provider.rules });
  const response = responseSkeleton(request, model.id);
  return translateStream(chunks, { response, tools, usedCallIds, family: model.family, estimatedInputTokens: 1 });
}

async function typesOf(chunks: AsyncIterable<ChatCompletionChunk>): Promise<string[]> {
  const types: string[] = [];
  for await (const event of translate(chunks)) types.push(event.type);
  return types;
}

const text = (content: string) => ({ choices: [{ index: 0, delta: { content } }] });

async function* hello() {
  yield text('Hello');
  yield { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
}

async function* broken() {
  yield text('Hel');
  throw new Error('the line is dead');
}

it('chunks become events, with one terminal event at the end', async () => {
  const types = await typesOf(hello());
  expect(types[0]).toBe('response.created');
  expect(types.filter((type) => /completed|failed|incomplete/.test(type))).toEqual(['response.completed']);
  expect(types.at(-1)).toBe('response.completed');
});

it('a source that throws ends the response as failed', async () => {
  const events = [];
  for await (const event of translate(broken())) events.push(event);
  expect(events.at(-1)).toMatchObject({
    type: 'response.failed',
    response: { error: { message: 'the line is dead' } },
  });
});

it('who stops early ends the source', async () => {
  let isEnded = false;
  async function* chunks() {
    try {
      for (;;) yield text('again ');
    } finally {
      isEnded = true;
    }
  }
  for await (const event of translate(chunks())) if (event.type === 'response.output_text.delta') break;
  expect(isEnded).toBe(true);
});
