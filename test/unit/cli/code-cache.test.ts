import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../helpers/bundle.ts';
import { testFolder } from '../../helpers/test-folder.ts';
import { repositoryRoot } from '../../helpers/test-place.ts';

/** Loads the program argv[2] with the folder argv[3], prints what it says, and keeps its compiled code. */
const runner = join(repositoryRoot, '.test-homes', `code-cache-${process.pid}.mjs`);
beforeAll(() =>
  bundle(
    `import { createRequire } from 'node:module';
     import { loadProgram } from './src/cli/code-cache.ts';
     const { exports, keep } = loadProgram(process.argv[2], createRequire(import.meta.url), process.argv[3]);
     console.log(exports.ask());
     keep();`,
    runner,
  ),
);

afterAll(() => rmSync(runner, { force: true }));

/** Longer than what is not worth a cache. */
const padding = `const unused = ${JSON.stringify('x'.repeat(20_000))};`;

/** A program of two files, the second loaded when it is asked for. Each run is a process: V8 remembers within one. */
async function program(body = `exports.say = () => 'hello' + require('node:path').sep.length`) {
  const folder = await testFolder();
  const entry = join(folder, 'main-1.cjs');
  writeFileSync(entry, `exports.ask = () => require('./other-1.cjs').say() + ' from ' + __filename;`);
  const other = join(folder, 'other-1.cjs');
  writeFileSync(other, `${padding}\n${body};`);
  const cache = join(folder, 'cache');
  const run = (cacheFolder = [cache]) =>
    execFileSync(process.execPath, [runner, entry, ...cacheFolder], { encoding: 'utf8', stdio: 'pipe' }).trim();
  const stored = () => readdirSync(cache).map((name) => join(cache, name));
  return { run, stored, other, cache, says: `hello1 from ${entry}` };
}

test('a program says the same without stored code, while it is stored, and from it', async () => {
  const { run, says } = await program();
  expect([run([]), run(), run()]).toEqual([says, says, says]);
});

test('code is stored once, for its owner only, and only where that is worth it', async () => {
  const { run, stored } = await program();
  run();
  const [path, ...more] = stored() as [string];
  expect(more).toEqual([]);
  expect(path).toContain('other-1.cjs-v');
  const { ino, mode } = statSync(path);
  if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
  run();
  expect(statSync(path).ino).toBe(ino);
});

test('what another version of the program or of node stored goes when there is something to store', async () => {
  const { run, stored, cache } = await program();
  run();
  const own = stored();
  writeFileSync(own[0] as string, 'damaged');
  writeFileSync(join(cache, 'other-0.cjs-v20.0.0-x64'), 'old');
  run();
  expect(stored()).toEqual(own);
});

test.each([
  ['empty', () => Buffer.alloc(0)],
  ['cut', (content: Buffer) => content.subarray(0, content.length >> 1)],
  ['something else', () => Buffer.from('x'.repeat(1000))],
  ['empty in its second half', (content: Buffer) => Buffer.from(content).fill(0, content.length >> 1)],
  ['altered in one bit', (content: Buffer) => content.with(200, (content[200] as number) ^ 1)],
])('stored code that is %s is replaced unheard', async (_, damage) => {
  const { run, stored, says } = await program();
  run();
  const [path] = stored() as [string];
  const good = readFileSync(path);
  writeFileSync(path, damage(good));
  expect(run()).toBe(says);
  expect(readFileSync(path).length).toBe(good.length);
  const { ino } = statSync(path);
  run();
  expect(statSync(path).ino).toBe(ino);
});

test('a folder that cannot be used changes nothing', async () => {
  const { run, cache, says } = await program();
  writeFileSync(cache, 'a file');
  expect(run()).toBe(says);
  expect(readFileSync(cache, 'utf8')).toBe('a file');
});

test('an error in the program names its file and line', async () => {
  const { run, other } = await program(`exports.say = () => { throw new Error('broken'); }`);
  expect(() => run()).toThrow(`${other}:2:`);
});
