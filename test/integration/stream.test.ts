import { describe, expect, it } from 'vitest';
import { signalOf, within } from '../helpers/deadline.ts';
import { proxyTo, testKey } from '../helpers/proxy-under-test.ts';
import {
  codexHeaders,
  eventsOf,
  open,
  question,
  send,
  terminalOf,
  textOf,
  textOfDeltas,
} from '../helpers/responses-client.ts';
import {
  delta,
  endEarly,
  finish,
  frame,
  status,
  stream,
  streamInPieces,
  streamInTwo,
  textChunks,
} from '../helpers/scripted-upstream.ts';

describe('a streamed response', () => {
  it('carries the text, the usage and one terminal event', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('Hello there.'))]);
    const { status, headers, text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/event-stream');
    const events = eventsOf(text);
    expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress']);
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index));
    expect(textOfDeltas(events)).toBe('Hello there.');
    const terminal = terminalOf(events);
    expect(terminal.type).toBe('response.completed');
    expect(terminal.response.usage).toMatchObject({ input_tokens: 100, output_tokens: 20, total_tokens: 120 });
    expect(upstream.requests).toHaveLength(1);
  });

  it('is asked of the provider with its key, in English, without codex metadata', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('Hello.'))]);
    await send(proxy, { body: { ...question, client_metadata: { thread_id: 't' } }, headers: codexHeaders });
    const [request] = upstream.requests;
    expect(request?.url).toBe('/v4/chat/completions');
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${testKey}`,
      'accept-language': 'en-US,en',
      'content-type': 'application/json',
      accept: 'text/event-stream',
    });
    expect(request?.headers['user-agent']).toMatch(/^codex-glm\/\d+\.\d+\.\d+/);
    expect(request?.body).toMatchObject({ model: 'glm-5.3', stream: true });
    expect(request?.body).not.toHaveProperty('client_metadata');
    expect(request?.headers).not.toHaveProperty('originator');
  });

  it.each([1, 7, 64])('does not depend on where the bytes are cut (pieces of %i)', async (pieceBytes) => {
    const words = 'Grüße, 世界 🚀! '.repeat(pieceBytes === 1 ? 1 : 20);
    const { proxy } = await proxyTo([streamInPieces(textChunks(words), pieceBytes)]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(textOfDeltas(eventsOf(text))).toBe(words);
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
  });

  it('hands deltas on while the provider is still writing', async () => {
    const gate = signalOf();
    const { proxy } = await proxyTo([
      streamInTwo([delta({ content: 'First' })], gate.promise, [delta({ content: ' second' }), finish('stop')]),
    ]);
    const { answer } = open(proxy, { body: question, headers: codexHeaders });
    const response = await within(15_000, 'the head', answer);
    const firstPart = await within(15_000, 'the first delta', new Promise<Buffer>((r) => response.once('data', r)));
    expect(textOfDeltas(eventsOf(firstPart.toString()))).toBe('First');
    gate.resolve();
    const rest = await within(15_000, 'the rest', textOf(response));
    expect(textOfDeltas(eventsOf(rest))).toBe(' second');
  });

  it('is complete when usage or finish_reason came without [DONE]', async () => {
    const { proxy } = await proxyTo([endEarly(textChunks('Done.'))]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
  });

  it('ends at [DONE], even when the provider keeps the connection open', async () => {
    const { proxy } = await proxyTo([
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`${textChunks('Done.').map(frame).join('')}data: [DONE]\n\n`);
      },
    ]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
  });

  it('accepts a provider that answers a stream request with a whole completion', async () => {
    const completion = {
      id: 'x',
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Whole.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    };
    const { proxy } = await proxyTo([status(200, completion)]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(textOfDeltas(eventsOf(text))).toBe('Whole.');
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
  });

  it('uses one provider connection for one request after the other, also when its end comes late', async () => {
    const ports = new Set<number | undefined>();
    let ended = signalOf();
    const { proxy } = await proxyTo([
      (response) => {
        ports.add(response.socket?.remotePort);
        response.on('close', ended.resolve);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`${textChunks('Hi.').map(frame).join('')}data: [DONE]\n\n`);
        setTimeout(() => response.end(), 20);
      },
    ]);
    for (let i = 0; i < 3; i++) {
      ended = signalOf();
      await send(proxy, { body: question, headers: codexHeaders });
      await within(15_000, 'the end of the provider’s answer', ended.promise);
    }
    expect(ports.size).toBe(1);
  });

  it('serves many streams at once without mixing them', async () => {
    const { proxy } = await proxyTo([
      async (response, request) => {
        // gives the question back, word by word
        const messages = request.body['messages'] as { content: string }[];
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const word of messages.at(-1)?.content.split(/(?= )/) ?? []) {
          response.write(frame(delta({ content: word })));
          await new Promise((resolve) => setImmediate(resolve));
        }
        response.end(`${frame(finish('stop'))}data: [DONE]\n\n`);
      },
    ]);
    const questions = Array.from({ length: 20 }, (_, index) => `${index} `.repeat(50).trim());
    const texts = await Promise.all(
      questions.map(async (input) => {
        const { text } = await send(proxy, { body: { ...question, input }, headers: codexHeaders });
        return textOfDeltas(eventsOf(text));
      }),
    );
    expect(texts).toEqual(questions);
  });
});

describe('a response that is not streamed', () => {
  it('is the terminal response as JSON', async () => {
    const { proxy } = await proxyTo([stream(textChunks('Hello there.'))]);
    const { status, headers, text } = await send(proxy, { body: { ...question, stream: false } });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text)).toMatchObject({
      object: 'response',
      status: 'completed',
      output: [{ type: 'reasoning' }, { type: 'message', content: [{ type: 'output_text', text: 'Hello there.' }] }],
    });
  });

  it('takes the main model when none is named', async () => {
    const { proxy, upstream } = await proxyTo([stream(textChunks('Hi.'))]);
    const { text } = await send(proxy, { body: { input: 'Hello?' } });
    expect(JSON.parse(text)).toMatchObject({ model: 'glm-5.3' });
    expect(upstream.requests[0]?.body).toMatchObject({ model: 'glm-5.3' });
  });
});
