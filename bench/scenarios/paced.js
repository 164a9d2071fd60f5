import { quantile } from '../statistics.js';
import { cpuUs } from '../targets.js';

const count = 64;
const perSecond = 60;
const chunks = 5 * perSecond;

/** Many agents at once, each at the pace of a fast model. */
export default {
  name: 'paced',
  minRounds: 9,
  title: `${count} streams at once of ${perSecond} chunks per second for ${chunks / perSecond} s`,
  metrics: {
    cpu: { title: 'CPU per chunk', unit: 'µs', compare: 'ratio', limit: 1.5 },
    p50: { title: 'latency of a chunk, p50', unit: 'ms', compare: 'difference', limit: 0.15 },
    p99: { title: 'latency of a chunk, p99', unit: 'ms', compare: 'difference' },
  },
  async measure(target, { upstream, client }) {
    await upstream.ask('say', { chunks, perSecond });
    const before = cpuUs(target.pid);
    const latencies = await client.ask('streams', { target, count, chunks, paced: true });
    const cpu = (cpuUs(target.pid) - before) / (count * chunks);
    return { cpu, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  },
};
