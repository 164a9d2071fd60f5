import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProviderError } from '../../../src/errors/errors.ts';
import type { ResponseEvent } from '../../../src/protocol/responses.ts';
import { readChunks } from '../../../src/provider/sse.ts';
import { encodeEvents } from '../../../src/proxy/sinks/sse-writer.ts';
import {
  diagnosticsOf,
  openStream,
  reduceChunk,
  reduceEnd,
  reduceFailure,
  startStream,
} from '../../../src/translate/stream/reduce.ts';
import { fuzzed } from '../../helpers/fuzz.ts';
import { illegalities } from '../../helpers/legal-events.ts';
import { eventsOf } from '../../helpers/responses-client.ts';
import { streamOptions } from '../../helpers/stream-case.ts';

/** Pieces of streams, good and bad, which are put together at random. */
const piece = fc.oneof(
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'data: {"choices":[{"index":0,"delta":{"content":"Grüße 世界 🚀"}}]}\n\n',
      'data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm."}}]}\n\n',
      'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"get_goal","arguments":"{}"}}]}}]}\n\n',
      'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\r\n\r\n',
      'data: {"error":{"code":"1234","message":"x"}}\n\n',
      'data: {"choices":[{"delta":{"content":null},"finish_reason":null}]}\n\n',
      'data: {"choices":5}\n\n',
      'data: [DONE]\n\n',
      'data: null\n\n',
      'data:',
      'data: {"choices":[{"del',
      'event: ping\n',
      ': ping\n\n',
      'id: 1\nretry: 5\n',
      '\n',
      '\r',
      '\r\n\r\n',
      '\ufeff',
      '<html>',
      '{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}',
      '{"__proto__":{"choices":[]}}',
      'HTTP/1.1 200 OK\r\n\r\n',
    ),
  },
);

/** The proxy's way from a provider's bytes to the text that a client gets. */
async function clientTextOf(pieces: Buffer[], breaksOff: boolean): Promise<{ text: string; repaired: boolean }> {
  const body = Readable.from(
    (async function* () {
      yield* pieces;
      if (breaksOff) throw new Error('broken');
    })(),
    { objectMode: true },
  );
  const state = startStream(streamOptions({ toolCallMarkup: true }));
  const events: ResponseEvent[] = openStream(state);
  const context = { provider: 'Test', keyVariables: [], secrets: [] };
  try {
    for await (const chunks of readChunks({ status: 200, headers: {}, body }, context, () => {})) {
      for (const chunk of chunks) events.push(...reduceChunk(state, chunk));
    }
    events.push(...reduceEnd(state));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    events.push(...reduceFailure(state, { code: 'x', message: error.message }));
  }
  const repaired = diagnosticsOf(state).some(({ code }) => code === 'call-arguments-repaired');
  return { text: encodeEvents(events), repaired };
}

test('whatever bytes a provider sends, cut anywhere, the client gets legal events with one terminal event', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      fc.array(fc.nat(2000), { maxLength: 6 }),
      fc.boolean(),
      async (pieces, cuts, breaksOff) => {
        const bytes = Buffer.from(pieces.join(''));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const parts = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        const { text, repaired } = await clientTextOf(
          parts.filter((part) => part.length > 0),
          breaksOff,
        );
        // through the text: also its framing must hold
        expect(illegalities(eventsOf(text) as unknown as ResponseEvent[], { repaired })).toEqual([]);
      },
    ),
    fuzzed('any-bytes', { seed: 20_261_124, numRuns: 500 }),
  );
});
