import { cpuUs } from '../targets.js';

const bytes = 1_900_000;
const count = 15;
let runs = 0;

/** What codex does all day: the whole history again, one tool round longer. */
export default {
  name: 'growing',
  minRounds: 9,
  title: `a conversation of ${bytes / 1e6} MB that grows by one tool round per request`,
  metrics: {
    cpu: { title: 'CPU per request', unit: 'ms', compare: 'ratio', limit: 2 },
    first: { title: 'CPU of its first request', unit: 'ms', compare: 'ratio' },
  },
  async measure(target, { upstream, client }) {
    const conversation = { target, bytes, name: `c${++runs}` };
    await upstream.ask('say', { chunks: 1, perSecond: 0 });
    const before = cpuUs(target.pid);
    const expected = await client.ask('conversationRounds', { ...conversation, count: 1 });
    const between = cpuUs(target.pid);
    expected.push(...(await client.ask('conversationRounds', { ...conversation, count })));
    const after = cpuUs(target.pid);
    const seen = await upstream.ask('seen', { withHashes: true });
    if (seen.map(({ roundsHash }) => roundsHash).join() !== expected.join())
      throw new Error(`${target.name} lost or altered part of the conversation`);
    return { cpu: (after - between) / 1000 / count, first: (between - before) / 1000 };
  },
};
