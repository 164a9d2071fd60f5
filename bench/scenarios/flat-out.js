import { cpuUs } from '../targets.js';

const chunks = 20_000;

/** One stream, as fast as it goes. */
export default {
  name: 'flat-out',
  title: `one stream of ${chunks} chunks, each sent in a write of its own, flat out`,
  metrics: { cpu: { title: 'CPU per chunk', unit: 'µs', compare: 'ratio', limit: 2 } },
  async measure(target, { upstream, client }) {
    await upstream.ask('say', { chunks, perSecond: 0 });
    const before = cpuUs(target.pid);
    await client.ask('streams', { target, count: 1, chunks });
    return { cpu: (cpuUs(target.pid) - before) / chunks };
  },
};
