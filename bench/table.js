// Results as a Markdown document.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { median, quantile } from './statistics.js';

/**
 * One line per metric: the yardstick's value, everybody else's, and how they compare. Ratios and differences are taken
 * round by round, because rounds that follow each other meet the same weather; then the median counts.
 *
 * @param scenario its contestants' names, the yardstick first, in `names`
 * @param {Map<string, (Record<string, number> | undefined)[]>} results by name: one entry per round, undefined where the
 *   run failed
 */
export function rowsOf({ title, metrics }, names, results) {
  const [yardstick, ...others] = names;
  const base = results.get(yardstick);
  return Object.entries(metrics).map(([key, metric]) => ({
    title: `${title}: ${metric.title}`,
    limit: limitText(metric),
    cells: [
      format(middle(base, key), metric.unit),
      ...others.map((name) => {
        const runs = results.get(name);
        const failed = runs.filter((run) => !run).length;
        const value = format(middle(runs, key), metric.unit);
        return failed > 0
          ? `${failed} of ${runs.length} runs failed`
          : `${value} (${compared(base, runs, key, metric)})`;
      }),
    ],
    verdict: verdict(base, results.get(others[0]), key, metric),
  }));
}

function middle(runs, key) {
  return median(runs.filter(Boolean).map((run) => run[key]));
}

/** One for each round that both finished. */
function differences(base, runs, key, { compare }) {
  const both = runs.flatMap((run, round) => (run && base[round] ? [[run[key], base[round][key]]] : []));
  return both.map(([value, baseValue]) => (compare === 'ratio' ? value / baseValue : value - baseValue));
}

function compared(base, runs, key, metric) {
  const all = differences(base, runs, key, metric);
  const [value, low, high] = [median(all), quantile(all, 0.25), quantile(all, 0.75)];
  if (metric.compare === 'ratio') return `${value.toFixed(2)}×; ${low.toFixed(2)}–${high.toFixed(2)}`;
  return `${signed(value, metric.unit)}; ${signed(low, metric.unit)} – ${signed(high, metric.unit)}`;
}

function signed(value, unit) {
  return `${value < 0 ? '' : '+'}${format(value, unit)}`;
}

function verdict(base, runs, key, metric) {
  if (metric.limit === undefined) return '';
  if (runs.some((run) => !run)) return 'failed';
  return median(differences(base, runs, key, metric)) <= metric.limit ? 'met' : 'missed';
}

function limitText({ limit, compare, unit }) {
  if (limit === undefined) return '';
  return compare === 'ratio' ? `${limit.toFixed(2)}×` : `+${limit} ${unit}`;
}

function format(value, unit) {
  return `${value.toFixed(unit === 'MiB' ? 0 : value < 10 ? 2 : 1)} ${unit}`;
}

/** All of it, for `docs/benchmarks.md`. @param sections `{ names, rows }` for each group of contestants */
export function documentOf(sections, rounds) {
  const { model } = cpus()[0];
  const codex = JSON.parse(
    readFileSync(new URL('../node_modules/@openai/codex/package.json', import.meta.url)),
  ).version;
  const machine = `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  return `# Benchmarks

Made by \`npm run bench\`: ${new Date().toISOString().slice(0, 10)}, commit ${commit()}, codex ${codex}, ${machine}; medians of at
least ${rounds} interleaved rounds, for memory 3. Upstream, client and each proxy are processes of their own on loopback. Every run is
checked: one that loses or alters a character counts as failed. The byte pipe is a proxy on node:http that looks at
nothing; ratios and differences are to it, or to plain codex, in the same round: the median, which counts, and behind it
the middle half of the rounds.

${sections.map(tableOf).join('\n\n')}

One more column for another proxy: \`npm run bench -- --peer 'name=command {port} {upstream}'\`; its command listens on 127.0.0.1
at \`{port}\`, asks \`{upstream}\` and takes \`POST /v1/responses\`. Nothing is ever fetched for it.
`;
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

function tableOf({ names, rows }) {
  return [
    line(['', ...names, 'limit', '']),
    line(['---', ...names.map(() => '--:'), '--:', '---']),
    ...rows.map(({ title, cells, limit, verdict }) => line([title, ...cells, limit, verdict])),
  ].join('\n');
}
