import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parseJob, runCommandOf, sourceOf } from '../../../src/demo/job.ts';
import { isWindows } from '../../helpers/systems.ts';

test.each([
  ['Create hello.js that prints hello', 'hello.js', 'hello'],
  ['please create a file called greet.py that prints "good morning"', 'greet.py', 'good morning'],
  ["Create `hi.sh` which outputs it's me.", 'hi.sh', "it's me"],
  ['Write a new file notes.txt, that says hello world, and then run it', 'notes.txt', 'hello world'],
  ['Create hello.js that prints hello and run it', 'hello.js', 'hello'],
  ['创建 hello.js,输出 hello', 'hello.js', 'hello'],
  ['创建一个文件 hello.js，让它打印“你好，世界”', 'hello.js', '你好，世界'],
  ['创建 hello.py 输出 你好。', 'hello.py', '你好'],
])('%s', (prompt, fileName, text) => {
  expect(parseJob(prompt)).toEqual({ fileName, text });
});

test.each([
  'What can you do?',
  'Create ../hello.js that prints hello',
  'Create /etc/hello.js that prints hello',
  'Create .bashrc that prints hello',
  'Create a/b.js that prints hello',
  'Create hello.js',
  'Create x;rm.js that prints hello',
])('no job: %s', (prompt) => {
  expect(parseJob(prompt)).toBeUndefined();
});

const text = `it's "x" \\n $HOME \`id\` %s é 你好 😀`;

/** What the job's program prints; a text is shown as it is. */
function runJob(fileName: string): string {
  const job = { fileName, text };
  const [program = '', ...rest] = runCommandOf(job).split(' ');
  const source = sourceOf(job);
  expect(rest).toEqual([fileName]);
  if (program === 'cat') return `${source}\n`;
  const runner = program === 'node' ? [process.execPath, '-e'] : [program, '-c'];
  return execFileSync(runner[0] ?? '', [runner[1] ?? '', source], { encoding: 'utf8' });
}

test.each(['a.js', 'a.txt'])('%s prints exactly the text, whatever is in it', (fileName) => {
  expect(runJob(fileName)).toBe(`${text}\n`);
});

test.skipIf(isWindows)('a.sh prints exactly the text, whatever is in it (Windows has no sh)', () => {
  expect(runJob('a.sh')).toBe(`${text}\n`);
});
