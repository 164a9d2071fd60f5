// Tells why steps failed, the names of failed tests last: only the end of a CI run's output is kept.
// node .ci/failures.js <name of the step> <its output> <vitest's JSON report, if the step ran tests>
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const [, , name, output, report] = process.argv;
const mostLines = 120;
const linesWithoutReason = 40;

const names = failedTests(read(report));
const lines = ['', `FAILED: ${name}`, ...reason(read(output)), ...names.map((each) => `FAILED test: ${each}`)];
process.stdout.write(`${lines.join('\n')}\n`);

/** What vitest says of failed tests (with the difference, which its report lacks), or the end of another step's output. */
function reason(text) {
  const all = text.trimEnd().split('\n');
  const start = all.findIndex((line) => /^⎯+ (Failed|Unhandled) \w+/.test(line));
  const chosen = start < 0 ? all.slice(-linesWithoutReason) : all.slice(start, start + mostLines);
  return chosen.filter((line) => line.trim() !== '').map((line) => `    ${line.slice(0, 600)}`);
}

/** Full names of the failed tests, and of the files that could not be run at all. */
function failedTests(text) {
  if (text === '') return [];
  return JSON.parse(text).testResults.flatMap((file) => {
    const path = file.name.slice(file.name.lastIndexOf('/test/') + 1);
    const failed = file.assertionResults.filter((each) => each.status === 'failed');
    if (failed.length === 0) return file.status === 'failed' ? [path] : [];
    return failed.map((each) => `${path} > ${each.fullName}`);
  });
}

function read(path) {
  try {
    return stripVTControlCharacters(readFileSync(path, 'utf8'));
  } catch {
    return ''; // the step did not come as far as writing it
  }
}
