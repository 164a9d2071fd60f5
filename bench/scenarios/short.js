import { cpuUs } from '../targets.js';

const count = 300;

/** Requests on a connection that is kept open, answered by one chunk: what each costs before it has any length. */
export default {
  name: 'short',
  minRounds: 15,
  title: `${count} requests on one connection, each answered by one chunk`,
  metrics: {
    short: { title: 'CPU per request of 0.1 kB', unit: 'ms', compare: 'ratio', limit: 2.5 },
    codex: { title: "CPU per request of 22 kB (codex's first)", unit: 'ms', compare: 'ratio' },
  },
  async measure(target, { upstream, client }) {
    await upstream.ask('say', { chunks: 1, perSecond: 0 });
    const before = cpuUs(target.pid);
    await client.ask('shortRequests', { target, count });
    const between = cpuUs(target.pid);
    await client.ask('firstRequests', { target, count });
    return { short: (between - before) / 1000 / count, codex: (cpuUs(target.pid) - between) / 1000 / count };
  },
};
