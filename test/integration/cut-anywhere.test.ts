import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChatCompletionChunk } from '../../src/protocol/chat.ts';
import type { ResponseEvent } from '../../src/protocol/responses.ts';
import { readChunks } from '../../src/provider/sse.ts';
import { openStream, reduceChunk, reduceEnd, startStream } from '../../src/translate/stream/reduce.ts';
import { streamOptions } from '../helpers/stream-case.ts';
import { fuzzed } from '../helpers/fuzz.ts';

const folder = join(import.meta.dirname, '../../fixtures/streams');
const streams = readdirSync(folder)
  .filter((name) => name.endsWith('.chunks.jsonl'))
  .map((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
  // those with an error frame end the reading, and a stuck model's is long
  .filter((lines) => lines.length < 100 && !lines.some((line) => line.startsWith('{"error"')));
const text = '{"choices":[{"index":0,"delta":{"content":"Grüße, 世界 🚀"}}]}';
const bytesOf = (lines: string[], lineEnd: string) =>
  Buffer.from(
    [...lines, text, '[DONE]'].map((line) => `: ping${lineEnd}${lineEnd}data: ${line}${lineEnd}${lineEnd}`).join(''),
  );

function failOnBrokenFrame(): void {
  expect.unreachable('a broken frame');
}

/** From the bytes of an answer to the events for codex. */
async function eventsOf(pieces: Buffer[]): Promise<ResponseEvent[]> {
  const state = startStream(streamOptions({ toolCallMarkup: true }));
  const events = openStream(state);
  const answer = { status: 200, headers: {}, body: Readable.from(pieces, { objectMode: true }) };
  const context = { provider: 'Test', keyVariables: [], secrets: [] };
  for await (const chunks of readChunks(answer, context, failOnBrokenFrame)) {
    for (const chunk of chunks as ChatCompletionChunk[]) events.push(...reduceChunk(state, chunk));
  }
  return [...events, ...reduceEnd(state)];
}

test('where the bytes of an answer are cut makes no difference to the events', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...streams),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }),
      async (lines, lineEnd, cuts) => {
        const bytes = bytesOf(lines, lineEnd);
        const places = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(await eventsOf(pieces.filter((piece) => piece.length > 0))).toEqual(await eventsOf([bytes]));
      },
    ),
    fuzzed('answer-cuts', { seed: 20_261_121, numRuns: 400 }),
  );
});
