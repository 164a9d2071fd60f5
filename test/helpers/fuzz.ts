import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { repositoryRoot } from './test-place.ts';

interface Runs {
  seed: number;
  numRuns: number;
}

/**
 * Settings of a property: `seed` and number of runs as given, or by FUZZ_SEED and FUZZ_RUNS. The cases in
 * `fixtures/fuzz/<name>.jsonl` come first (one a line: the property's values as a JSON array); when FUZZ_RUNS is set, a case
 * that fails is added to them, in its smallest form.
 */
export function fuzzed<Values extends unknown[]>(name: string, { seed, numRuns }: Runs): fc.Parameters<Values> {
  const { FUZZ_RUNS: runs, FUZZ_SEED: ownSeed } = process.env;
  const settings = { seed: Number(ownSeed ?? seed), numRuns: Number(runs ?? numRuns) };
  if (runs !== undefined) console.log(`${name}: ${settings.numRuns} runs, seed ${settings.seed}`);
  return {
    ...settings,
    examples: corpus<Values>(name),
    reporter(details) {
      if (!details.failed) return;
      if (runs !== undefined && details.counterexample) keep(name, details.counterexample);
      throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
    },
  };
}

function fileOf(name: string): string {
  return join(repositoryRoot, 'fixtures/fuzz', `${name}.jsonl`);
}

function corpus<Values>(name: string): Values[] {
  const file = fileOf(name);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Values);
}

function keep(name: string, values: unknown[]): void {
  const line = `${JSON.stringify(values)}\n`;
  const file = fileOf(name);
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && readFileSync(file, 'utf8').includes(line)) return;
  appendFileSync(file, line);
}
