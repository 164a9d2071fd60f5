#!/usr/bin/env node
// `npm run bench`: all scenarios, each several times, our proxy and the yardstick in turn. Linux only. Options:
//   --only flat-out,short    these scenarios
//   --rounds 7               rounds of each; by default at least 5, more where single ones vary much
//   --peer 'name=command'    one more proxy; its command holds {port} and {upstream}; may be given again
//   --out file.md            where the table goes; by default docs/benchmarks.md when all scenarios ran, else nowhere
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startHelper } from './helper.js';
import exec from './scenarios/exec.js';
import flatOut from './scenarios/flat-out.js';
import growing from './scenarios/growing.js';
import memory from './scenarios/memory.js';
import paced from './scenarios/paced.js';
import short from './scenarios/short.js';
import start from './scenarios/start.js';
import { documentOf, rowsOf } from './table.js';
import { listening, ours, peer, pipe, startTarget } from './targets.js';

const scenarios = [flatOut, paced, growing, short, start, memory, exec];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    peer: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
  },
});
const leastRounds = Number(options.rounds ?? 5);
if (!(leastRounds >= 1)) fail(`--rounds takes a number from 1 on, not "${options.rounds}"`);
const known = scenarios.map(({ name }) => name);
const only = options.only?.split(',') ?? known;
for (const name of only) if (!known.includes(name)) fail(`there is no scenario "${name}", only ${known.join(', ')}`);
const chosen = scenarios.filter(({ name }) => only.includes(name));
const targets = [pipe, ours, ...options.peer.map(peer)];

const upstream = startHelper('./upstream.js');
const client = startHelper('./client.js');
const { port } = await upstream.ask('listen');
const context = { upstream, client, upstreamUrl: `http://127.0.0.1:${port}/v1` };

const sections = new Map();
for (const scenario of chosen) {
  const contestants = scenario.contestants ?? targets;
  const names = contestants.map(({ name }) => name);
  const rows = rowsOf(scenario, names, await runScenario(scenario, contestants));
  for (const { title, cells, limit, verdict } of rows)
    print(`${title}\n    ${cells.join(' | ')} | ${limit} ${verdict}`);
  const section = sections.get(names.join()) ?? { names, rows: [] };
  section.rows.push(...rows);
  sections.set(names.join(), section);
}
upstream.stop();
client.stop();

const out =
  options.out ?? (options.only ? undefined : fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url)));
if (out) writeFileSync(out, documentOf([...sections.values()], leastRounds));

/** One unmeasured round, unless nothing can be warm, then the measured ones; who begins changes from round to round. */
async function runScenario(scenario, contestants) {
  const results = new Map(contestants.map(({ name }) => [name, []]));
  const running = scenario.startsTargets ? contestants : await startAll(contestants);
  const wanted = options.rounds ? leastRounds : Math.max(leastRounds, scenario.minRounds ?? 1);
  const count = Math.min(wanted, scenario.maxRounds ?? wanted);
  try {
    for (let round = scenario.startsCold ? 1 : 0; round <= count; round++) {
      for (let n = 0; n < running.length; n++) {
        const target = running[(n + round) % running.length];
        const { stop: _, ...plain } = target;
        const values = await scenario
          .measure(plain, context)
          .catch((error) => print(`${target.name}: ${error.message}`));
        if (round > 0) results.get(target.name).push(values);
      }
    }
  } finally {
    if (!scenario.startsTargets) await Promise.all(running.map(({ stop }) => stop()));
  }
  return results;
}

async function startAll(contestants) {
  const started = [];
  for (const target of contestants) {
    const running = await startTarget(target, context.upstreamUrl);
    await listening(running.port);
    started.push({ ...target, ...running });
  }
  return started;
}

function fail(what) {
  process.stderr.write(`bench: ${what}\n`);
  process.exit(2);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
