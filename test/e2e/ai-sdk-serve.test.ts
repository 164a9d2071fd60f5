import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, streamText, type ModelMessage } from 'ai';
import { expect, test } from 'vitest';
import { chatServer, serverKey } from '../helpers/chat-server.ts';
import { startStrictProvider, type Script } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

/** `serve`'s chat server, over codex, before a provider that answers by script. */
async function serverOver(script: Script) {
  const provider = await startStrictProvider(script);
  const setup = { flags: { provider: 'zai', baseUrl: provider.baseUrl }, environment: { ZAI_API_KEY: 'a.b' } };
  return { provider, url: (await chatServer(await testPlace(), setup)).url };
}

/** A model of the AI SDK's provider for OpenAI-compatible servers. */
function modelAt(baseURL: string, headers: Record<string, string> = {}, apiKey = serverKey) {
  return createOpenAICompatible({ name: 'codex', baseURL, apiKey, headers, includeUsage: true })('glm-5.3');
}

const echo: Script = (request) => {
  const last = request.messages.findLast(({ role }) => role === 'user')?.content;
  return { reasoning: 'I repeat it.', text: `You said: ${typeof last === 'string' ? last : 'something'}` };
};

/** A person with a session of their own, who sends the whole conversation each time as chat programs do. */
function person(url: string, session: string) {
  const model = modelAt(url, { 'x-session-id': session });
  const messages: ModelMessage[] = [];
  return async (content: string): Promise<string> => {
    messages.push({ role: 'user', content });
    const { text, response } = await generateText({ model, messages });
    messages.push(...response.messages);
    return text;
  };
}

test('two interleaved sessions of the AI SDK never mix', async () => {
  const { provider, url } = await serverOver(echo);
  const [ann, bob] = [person(url, 'ann'), person(url, 'bob')];
  for (const round of ['one', 'two', 'three']) {
    const answers = await Promise.all([ann(`ann ${round}`), bob(`bob ${round}`)]);
    expect(answers).toEqual([`You said: ann ${round}`, `You said: bob ${round}`]);
  }
  const requests = provider.requests.map(({ body }) => JSON.stringify(body.messages));
  expect(requests).toHaveLength(6);
  for (const request of requests) expect(request.includes('ann one')).not.toBe(request.includes('bob one'));
  // each said once, though the SDK sent the earlier ones again
  const [last = ''] = requests.filter((request) => request.includes('ann three'));
  expect(last.match(/"ann (one|two|three)"/g)).toEqual(['"ann one"', '"ann two"', '"ann three"']);
});

test('the AI SDK streams reasoning, text and usage of a turn', async () => {
  const { url } = await serverOver(echo);
  const result = streamText({ model: modelAt(url), prompt: 'Hello' });
  const kinds = new Set<string>();
  for await (const { type } of result.fullStream) kinds.add(type);
  expect([...kinds]).toEqual(expect.arrayContaining(['reasoning-delta', 'text-delta', 'finish']));
  expect(kinds).not.toContain('error');
  expect(await result.reasoningText).toBe('I repeat it.');
  expect(await result.text).toBe('You said: Hello');
  expect(await result.finishReason).toBe('stop');
  expect((await result.usage).inputTokens).toBe(1000);
});

test.each([
  ['a wrong key', 'wrong', 401, 'The API key of this server is missing or wrong.'],
  ["the provider's refusal", serverKey, 400, 'odd'],
])('%s is an error of the AI SDK with its status and words', async (_, key, status, words) => {
  const { url } = await serverOver(() => ({ status: 400, body: { error: { code: '1210', message: 'odd' } } }));
  const error: unknown = await generateText({ model: modelAt(url, {}, key), prompt: 'Hi', maxRetries: 0 }).catch(
    (thrown: unknown) => thrown,
  );
  expect(APICallError.isInstance(error) && error.statusCode).toBe(status);
  expect(String(error)).toContain(words);
});

test('a turn that fails while it streams ends the stream of the AI SDK with an error', async () => {
  const { url } = await serverOver([
    { cut: { text: 'Half of' } },
    { status: 400, body: { error: { code: '1210', message: 'odd' } } },
  ]);
  const result = streamText({ model: modelAt(url), prompt: 'Hi', maxRetries: 0, onError: () => undefined });
  const kinds: string[] = [];
  for await (const { type } of result.fullStream) kinds.push(type);
  expect(kinds).toContain('error');
});
