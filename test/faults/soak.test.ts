/**
 * 64 streams at a time, with faults sprinkled in, for SOAK_SECONDS (60 unless told). Every stream's text is checked, and
 * how the memory of the proxy, which runs in a process of its own, goes on is told at the end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { within } from '../helpers/deadline.ts';
import { startProxyProcess, type ProxyMemory } from '../helpers/proxy-process.ts';
import { startRawProvider } from '../helpers/raw-provider.ts';
import { codexHeaders, eventsOf, open, terminalEvents, textOf, textOfDeltas } from '../helpers/responses-client.ts';
import { partsOf, planOf, playPlan, type Plan } from '../helpers/soak-plan.ts';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 60);
const streamsAtOnce = 64;
const seed = Number(process.env['SOAK_SEED'] ?? 20_261_124);
const mebibyte = 1024 * 1024;

interface Target {
  port: number;
  token: string;
}

/** Runs one stream; gives what is wrong with it, if anything. */
async function runStream(proxy: Target, plan: Plan): Promise<string | undefined> {
  const { id, kind, paddingBytes } = plan;
  const body = { model: 'glm-5.3', stream: true, input: `soak ${id} ${'x'.repeat(paddingBytes)}`, store: false };
  const { answer, request } = open(proxy, { body, headers: id % 2 === 0 ? codexHeaders : {} });
  request.on('error', () => {});
  const response = await answer;
  if (kind === 'client leaves') {
    await new Promise((resolve) => response.once('data', resolve));
    response.on('error', () => {});
    request.destroy();
    return undefined;
  }
  if (kind === 'client reads slowly') {
    response.pause();
    await sleep(1000);
  }
  const text = await textOf(response);
  if (response.statusCode !== 200) return `${kind}: status ${response.statusCode}: ${text.slice(0, 200)}`;
  const events = eventsOf(text);
  const terminal = terminalEvents(events);
  const got = textOfDeltas(events);
  const expected = partsOf(id).join('');
  if (terminal.length !== 1 || events.at(-1) !== terminal[0]) return `${kind}: ${terminal.length} terminal events`;
  const isBroken = kind === 'breaks off' || kind === 'stalls' || kind === 'error inside';
  const type = isBroken ? 'response.failed' : 'response.completed';
  if (terminal[0]?.type !== type) return `${kind}: ${terminal[0]?.type}`;
  const isRight = isBroken ? expected.startsWith(got) && got.length < expected.length : got === expected;
  return isRight ? undefined : `${kind}: ${got.length} of ${expected.length} characters, or others`;
}

it(
  `${streamsAtOnce} streams for ${seconds} s with faults: no text is lost, nothing is left, memory stays flat`,
  async () => {
    const provider = await startRawProvider([(wire) => playPlan(wire, seed)]);
    onTestFinished(() => provider.close());
    const proxy = await startProxyProcess({
      provider: { id: 'test', name: 'Test', baseUrl: provider.baseUrl, mainModel: 'glm-5.3', models: [] },
      firstRetryDelayMs: 20,
      providerIdleTimeoutMs: 2000,
    });
    const endAtMs = Date.now() + seconds * 1000;
    const counts: Record<string, number> = {};
    const wrong: string[] = [];
    let next = 0;
    async function client(): Promise<void> {
      while (Date.now() < endAtMs && wrong.length < 10) {
        const plan = planOf(next++, seed);
        const problem = await within(60_000, `stream ${plan.id}, ${plan.kind}`, runStream(proxy, plan)).catch(String);
        if (problem !== undefined) wrong.push(`stream ${plan.id}: ${problem}`);
        counts[plan.kind] = (counts[plan.kind] ?? 0) + 1;
      }
    }
    const samples: (ProxyMemory & { atMs: number })[] = [];
    async function watch(): Promise<void> {
      while (Date.now() < endAtMs && wrong.length < 10) {
        samples.push({ atMs: Date.now(), ...(await proxy.memory()) });
        await sleep(Math.min(5000, seconds * 20));
      }
    }
    await Promise.all([watch(), ...Array.from({ length: streamsAtOnce }, client)]);
    expect(wrong).toEqual([]);

    // the first third warms up: code is compiled, connections and buffers are made
    const warm = samples.slice(Math.floor(samples.length / 3));
    const heapSlope = slopePerMinute(warm.map(({ atMs, heapBytes }) => [atMs, heapBytes]));
    const rssSlope = slopePerMinute(warm.map(({ atMs, rssBytes }) => [atMs, rssBytes]));
    const rss = warm.map(({ rssBytes }) => rssBytes);
    console.log(
      `soak: ${next} streams, ${streamsAtOnce} at a time, in ${seconds} s (seed ${seed}): ${JSON.stringify(counts)}\n` +
        `soak: memory ${inMiB(Math.min(...rss))} to ${inMiB(Math.max(...rss))} MiB, slope ${inKiB(rssSlope)} KiB/min; ` +
        `live heap ${inMiB(warm.at(-1)?.heapBytes ?? 0)} MiB, slope ${inKiB(heapSlope)} KiB/min (${warm.length} samples)`,
    );
    const half = Math.floor(warm.length / 2);
    const growth =
      median(warm.slice(half).map((each) => each.heapBytes)) -
      median(warm.slice(0, half).map((each) => each.heapBytes));
    expect(growth, 'growth of the live heap').toBeLessThan(8 * mebibyte);

    // connections of clients are closed; those to the provider may wait for the next request
    await expect.poll(() => provider.underWay, { timeout: 10_000 }).toBe(0);
    await expect
      .poll(async () => (await proxy.memory()).sockets - provider.openSockets, { timeout: 10_000 })
      .toBeLessThanOrEqual(0);
  },
  (seconds + 120) * 1000,
);

/** Least squares over [milliseconds, value]. */
function slopePerMinute(points: [number, number][]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return (over / under) * 60_000;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function inMiB(bytes: number): string {
  return (bytes / mebibyte).toFixed(1);
}

function inKiB(bytes: number): string {
  return (bytes / 1024).toFixed(0);
}
