import { setTimeout as sleep } from 'node:timers/promises';
import { chunked, sseHead, type Wire } from './raw-provider.ts';
import { delta, finish, frame } from './scripted-upstream.ts';

/** What happens to one stream; most of them are plain ones. */
const kinds = [
  ['plain', 60],
  ['in bytes', 6],
  ['500 first', 5],
  ['reset first', 5],
  ['breaks off', 5],
  ['stalls', 3],
  ['error inside', 4],
  ['client leaves', 5],
  ['client reads slowly', 4],
  ['large history', 3],
] as const;

export type Kind = (typeof kinds)[number][0];

export interface Plan {
  id: number;
  kind: Kind;
  paddingBytes: number;
}

/** The same for the same id and seed, on either side of the proxy. */
export function planOf(id: number, seed: number): Plan {
  let at = randomOf(id, seed) * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  const found = kinds.find(([, weight]) => (at -= weight) < 0);
  const kind = found?.[0] ?? 'plain';
  return { id, kind, paddingBytes: kind === 'large history' ? 1_500_000 : 100 };
}

/** In [0, 1). Mulberry32, one step. */
function randomOf(id: number, seed: number): number {
  let t = (seed + Math.imul(id + 1, 0x6d2b79f5)) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/** The deltas of a stream's text; no two streams have the same. */
export function partsOf(id: number): string[] {
  return Array.from({ length: 30 }, (_, n) => `${id}.${n} Grüße 世界 🚀 ${(id * 31 + n * 7) % 1000}; `);
}

const pauseMs = 30;
const attemptsById = new Map<number, number>();

/** The provider's side of a plan, which it finds by the id in the request. */
export async function playPlan(wire: Wire, seed: number): Promise<void> {
  const id = Number(/soak (\d+) /.exec(await wire.request())?.[1]);
  const { kind } = planOf(id, seed);
  const attempt = (attemptsById.get(id) ?? 0) + 1;
  attemptsById.set(id, attempt);
  if (kind === '500 first' && attempt === 1)
    return wire.send('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n');
  if (kind === 'reset first' && attempt === 1) return wire.reset();
  attemptsById.delete(id);
  // what a client that left has not taken is not waited for
  const send = (bytes: string | Buffer) => Promise.race([wire.send(bytes), wire.gone]);
  await send(sseHead);
  for (const [index, part] of partsOf(id).entries()) {
    if (wire.isGone) return;
    if (index === 15 && kind === 'breaks off') return wire.reset();
    if (index === 15 && kind === 'stalls') return wire.gone;
    if (index === 15 && kind === 'error inside')
      return send(
        Buffer.concat([chunked('data: {"error":{"code":"1234","message":"Network error"}}\n\n'), chunked('')]),
      );
    const bytes = Buffer.from(frame(delta({ content: part })));
    if (kind === 'in bytes') for (const byte of bytes) await send(chunked(Buffer.from([byte])));
    else await send(chunked(bytes));
    await sleep(pauseMs);
  }
  await send(Buffer.concat([chunked(`${frame(finish('stop'))}data: [DONE]\n\n`), chunked('')]));
}
