import { listening, privateMiB, startTarget } from '../targets.js';

const bytes = 2_000_000;
const conversations = 10;
const count = 20;
let runs = 0;

/** A day of large requests: ten conversations of twenty rounds each. */
export default {
  name: 'memory',
  title: `private memory when idle and after ${conversations * count} requests of ${bytes / 1e6} MB (${conversations} conversations)`,
  metrics: {
    idle: { title: 'idle', unit: 'MiB', compare: 'difference', limit: 12 },
    after: { title: 'after', unit: 'MiB', compare: 'difference', limit: 70 },
  },
  startsTargets: true,
  maxRounds: 3,
  startsCold: true,
  async measure(target, { upstream, upstreamUrl, client }) {
    const running = await startTarget(target, upstreamUrl);
    try {
      await listening(running.port);
      const idle = privateMiB(running.pid);
      await upstream.ask('say', { chunks: 1, perSecond: 0 });
      for (let n = 0; n < conversations; n++) {
        const name = `m${++runs}`;
        const conversation = { target: { ...target, port: running.port }, name, bytes, count };
        const expected = await client.ask('conversationRounds', conversation);
        const seen = await upstream.ask('seen', { withHashes: true });
        if (seen.map(({ roundsHash }) => roundsHash).join() !== expected.join())
          throw new Error(`${target.name} lost or altered part of a conversation`);
      }
      return { idle, after: privateMiB(running.pid) };
    } finally {
      await running.stop();
    }
  },
};
