import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatCompletionChunk } from '../../../src/protocol/chat.ts';
import { readChunks } from '../../../src/provider/sse.ts';
import { fuzzed } from '../../helpers/fuzz.ts';

const context = { provider: 'Test', keyVariables: [], secrets: [] };

interface Seen {
  groups: ChatCompletionChunk[][];
  broken: number;
  error?: unknown;
}

async function read(pieces: Buffer[], failure?: Error): Promise<Seen> {
  const body = Readable.from(
    (async function* () {
      yield* pieces;
      if (failure) throw failure;
    })(),
    { objectMode: true },
  );
  const seen: Seen = { groups: [], broken: 0 };
  const chunks = readChunks({ status: 200, headers: {}, body }, context, () => void seen.broken++);
  try {
    for await (const group of chunks) seen.groups.push(group);
    return seen;
  } catch (error) {
    return { ...seen, error };
  }
}

const readText = (text: string) => read([Buffer.from(text)]);
const content = (text: string) => ({ choices: [{ delta: { content: text } }] });

describe('readChunks', () => {
  it('gives all chunks of one read as one group', async () => {
    const texts = ['a', 'b', 'c', 'd'].map((text) => `data: ${JSON.stringify(content(text))}\n\n`);
    const { groups } = await read([Buffer.from(texts[0]! + texts[1]!), Buffer.from(texts[2]!), Buffer.from(texts[3]!)]);
    expect(groups.map((group) => group.length)).toEqual([2, 1, 1]);
  });

  it.each([
    ['CRLF', 'data: {"id":"x"}\r\n\r\n'],
    ['no space after the colon', 'data:{"id":"x"}\n\n'],
    ['comments around', ': OPENROUTER PROCESSING\n\ndata: {"id":"x"}\n\n: bye\n\n'],
    ['several data lines', 'data: {"id":\ndata: "x"}\n\n'],
    ['event and id lines', 'id: 1\nevent: message\ndata: {"id":"x"}\n\n'],
    ['no blank line at the end', 'data: {"id":"x"}'],
    ['a byte order mark', '\uFEFFdata: {"id":"x"}\n\n'],
    ['blank lines first', '\n\n\ndata: {"id":"x"}\n\n'],
    ['things behind [DONE]', 'data: {"id":"x"}\n\ndata: [DONE]\n\ndata: {"id":"y"}\n\ndata: rubbish\n\n'],
    ['a last line that is cut', 'data: {"id":"x"}\n\ndata: {"id":'],
  ])('accepts %s', async (_name, text) => {
    expect(await readText(text)).toMatchObject({ groups: [[{ id: 'x' }]] });
  });

  it('does not depend on where the bytes are cut', async () => {
    const texts = ['Grüße', '世界', '🚀 \u2028', 'x'.repeat(50)];
    const frames = texts.map((text, i) => `data: ${JSON.stringify(content(text))}${i % 2 ? '\r\n\r\n' : '\n\n'}`);
    const bytes = Buffer.from(`${frames.join(': ping\n\n')}data: [DONE]\n\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 40 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
        const { groups, error } = await read(pieces.filter((piece) => piece.length > 0));
        expect(error).toBeUndefined();
        expect(groups.flat()).toEqual(texts.map(content));
      }),
      fuzzed('sse-cuts', { seed: 20261121, numRuns: 200 }),
    );
  });

  it('takes a whole completion as one chunk', async () => {
    const completion = { choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] };
    const text = `\n  ${JSON.stringify(completion, null, 2)}`;
    expect(await read([Buffer.from(text.slice(0, 9)), Buffer.from(text.slice(9))])).toMatchObject({
      groups: [[completion]],
    });
  });

  it.each([
    ['text', 'data: hello\n\n', 'PROVIDER_NOT_JSON'],
    ['plain words', 'upstream connect error', 'PROVIDER_NOT_JSON'],
    ['a web page', '<html><title>x</title></html>', 'PROVIDER_NOT_JSON'],
    ['JSON that is no completion', '{"hello":1}', 'PROVIDER_NOT_JSON'],
    ['a JSON array', '[1]', 'PROVIDER_NOT_JSON'],
    ['half a JSON answer', '{"choices":[', 'PROVIDER_NOT_JSON'],
    ['an error as the whole answer', '{"error":{"code":"1113","message":"x"}}', 'PROVIDER_BALANCE'],
    ['an error frame', 'data: {"error":{"code":"1305","message":"x"}}\n\n', 'PROVIDER_OVERLOADED'],
  ])('refuses %s', async (_name, text, code) => {
    expect(await readText(text)).toMatchObject({ groups: [], error: { name: 'ProviderError', code } });
  });

  it('gives what came before an error frame, in the same read', async () => {
    const { groups, error } = await readText('data: {"id":"x"}\n\ndata: {"error":{"code":"1305"}}\n\n');
    expect(groups).toEqual([[{ id: 'x' }]]);
    expect(error).toMatchObject({ code: 'PROVIDER_OVERLOADED' });
  });

  it('counts frames that are no JSON between good ones', async () => {
    expect(await readText('data: {"id":"x"}\n\ndata: {"id":\n\ndata: [1]\n\ndata: {"id":"y"}\n\n')).toEqual({
      groups: [[{ id: 'x' }, { id: 'y' }]],
      broken: 2,
    });
  });

  it('says when the connection broke', async () => {
    const broken = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
    const { groups, error } = await read([Buffer.from('data: {"id":"x"}\n\n')], broken);
    expect(groups).toEqual([[{ id: 'x' }]]);
    expect(error).toMatchObject({
      code: 'PROVIDER_STREAM_CUT',
      retryable: true,
      message: 'Test did not finish its answer: the connection was closed.',
    });
  });

  it('an empty body is no error: there is just no chunk', async () => {
    expect(await read([])).toEqual({ groups: [], broken: 0 });
  });

  it('stops the upstream when the consumer stops', async () => {
    const body = Readable.from([Buffer.from('data: {"id":"x"}\n\n'), Buffer.from('data: {"id":"y"}\n\n')]);
    for await (const _group of readChunks({ status: 200, headers: {}, body }, context, () => {})) break;
    expect(body.destroyed).toBe(true);
  });
});
