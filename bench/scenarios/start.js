import { listening, startTarget } from '../targets.js';

/** From the start of the process until the first answer is complete. */
export default {
  name: 'start',
  minRounds: 15,
  title: 'start of the process to its first answer',
  metrics: { time: { title: 'time', unit: 'ms', compare: 'difference', limit: 30 } },
  startsTargets: true,
  async measure(target, { upstream, upstreamUrl, client }) {
    await upstream.ask('say', { chunks: 1, perSecond: 0 });
    const startedAtMs = performance.now();
    const running = await startTarget(target, upstreamUrl);
    try {
      await listening(running.port);
      await client.ask('firstRequests', { target: { ...target, port: running.port }, count: 1 });
      return { time: performance.now() - startedAtMs };
    } finally {
      await running.stop();
    }
  },
};
