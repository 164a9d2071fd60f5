import { createOpenAI, type OpenAILanguageModelResponsesOptions } from '@ai-sdk/openai';
import { APICallError, generateText, Output, stepCountIs, streamText, tool, type ModelMessage } from 'ai';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startProxyCommand } from '../helpers/proxy-command.ts';
import {
  delta,
  finish,
  glmError,
  stream,
  textChunks,
  type ScriptedUpstream,
  type Step,
} from '../helpers/scripted-upstream.ts';

/** The Responses model of the AI SDK's OpenAI provider, on `proxy start`. */
async function modelOnProxy(...steps: Step[]) {
  const { baseURL, upstream } = await startProxyCommand(...steps);
  return { model: createOpenAI({ baseURL, apiKey: 'none' }).responses('glm-5.3-flash'), upstream };
}

/** What request `index` to the provider said, without system text. */
function saidIn(upstream: ScriptedUpstream, index: number): Record<string, unknown>[] {
  const messages = upstream.requests[index]?.body['messages'] as Record<string, unknown>[];
  return messages.filter(({ role }) => role !== 'system');
}

const call = { index: 0, id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } };
const callWeather = stream([
  delta({ role: 'assistant', reasoning_content: 'I have to ask.' }),
  delta({ tool_calls: [call] }),
  finish('tool_calls'),
]);
const asked: string[] = [];
const weather = tool({
  description: 'Weather of a city',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => {
    asked.push(city);
    return 'sunny';
  },
});

test('the AI SDK calls a tool and goes on with its result, and with the conversation afterwards', async () => {
  const { model, upstream } = await modelOnProxy(
    callWeather,
    stream(textChunks('It is sunny.')),
    stream(textChunks('You are welcome.')),
  );
  const prompt: ModelMessage[] = [{ role: 'user', content: 'Weather in Rome?' }];
  const answered = await generateText({ model, messages: prompt, tools: { weather }, stopWhen: stepCountIs(3) });
  expect(asked).toEqual(['Rome']);
  expect(answered.text).toBe('It is sunny.');
  expect(answered.finishReason).toBe('stop');
  expect(answered.totalUsage).toMatchObject({ inputTokens: 200, outputTokens: 40, totalTokens: 240 });
  expect(answered.totalUsage.inputTokenDetails.cacheReadTokens).toBe(128);
  expect(saidIn(upstream, 1)).toMatchObject([
    { role: 'user' },
    { role: 'assistant', tool_calls: [{ id: 'c1', function: { name: 'weather' } }] },
    { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
  ]);

  // what the SDK keeps of the answers goes back as references to items that the proxy has stored
  const thanks: ModelMessage = { role: 'user', content: 'Thanks' };
  const last = streamText({ model, messages: [...prompt, ...answered.response.messages, thanks], tools: { weather } });
  expect(await last.text).toBe('You are welcome.');
  const said = saidIn(upstream, 2);
  expect(said.slice(0, 3)).toEqual(saidIn(upstream, 1));
  expect(said.slice(3)).toMatchObject([
    { role: 'assistant', content: 'It is sunny.' },
    { role: 'user', content: 'Thanks' },
  ]);
});

test('the AI SDK streams text, and continues a stored response by its id', async () => {
  const { model, upstream } = await modelOnProxy(stream(textChunks('I am Ann.')), stream(textChunks('Ann.')));
  const first = streamText({ model, prompt: 'Who are you?' });
  const parts: string[] = [];
  for await (const part of first.textStream) parts.push(part);
  expect(parts).toEqual(['I am', ' Ann.'].map(() => expect.any(String)));
  expect(parts.join('')).toBe('I am Ann.');
  const previousResponseId = (await first.providerMetadata)?.['openai']?.['responseId'] as string;
  expect(previousResponseId).toMatch(/^resp_/);

  const openai: OpenAILanguageModelResponsesOptions = { previousResponseId };
  const second = await generateText({ model, prompt: 'Again?', providerOptions: { openai } });
  expect(second.text).toBe('Ann.');
  expect(saidIn(upstream, 1)).toMatchObject([
    { role: 'user', content: 'Who are you?' },
    { role: 'assistant', content: 'I am Ann.' },
    { role: 'user', content: 'Again?' },
  ]);
});

test('the AI SDK gets structured output, and sends an image', async () => {
  const { model, upstream } = await modelOnProxy(stream(textChunks('{"city":"Rome"}')));
  const image = Buffer.from('iVBORw0KGgo=', 'base64');
  const { output } = await generateText({
    model,
    output: Output.object({ schema: z.object({ city: z.string() }) }),
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Which city?' },
          { type: 'image', image },
        ],
      },
    ],
  });
  expect(output).toEqual({ city: 'Rome' });
  expect(saidIn(upstream, 0)).toMatchObject([
    {
      content: [
        { type: 'text', text: 'Which city?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      ],
    },
  ]);
});

test("a refusal reaches the AI SDK with its status and the provider's words", async () => {
  const { model } = await modelOnProxy(glmError(400, '1210', 'The temperature is odd.'));
  const error: unknown = await generateText({ model, prompt: 'Hi', maxRetries: 0 }).catch((thrown: unknown) => thrown);
  expect(APICallError.isInstance(error) && error.statusCode).toBe(400);
  expect(String(error)).toContain('The temperature is odd.');
});
