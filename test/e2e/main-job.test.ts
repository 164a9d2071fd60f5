import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderContents } from '../helpers/folder-contents.ts';
import { leftProcesses } from '../helpers/processes.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { testPlace } from '../helpers/test-place.ts';

const demo = ['--provider', 'demo', 'exec'];

function threadOf(stderr: string): string | undefined {
  return /^session id: (\S+)$/m.exec(stderr)?.[1];
}

test('the main job: the file is made and run, the thread goes on by resume, and nothing is left', async () => {
  const place = await testPlace();
  const first = await runLauncher(place, [...demo, 'Create hello.js that prints hello', '--full-auto']);
  // nothing but codex's own words: the final message here, everything else on stderr
  expect(first).toMatchObject({
    status: 0,
    stdout: 'I created hello.js and ran `node hello.js`. It printed:\n\nhello\n',
  });
  expect(await readFile(join(place.workFolder, 'hello.js'), 'utf8')).toBe('console.log("hello");\n');
  expect(first.stderr).not.toMatch(/codex-glm:|warning|ERROR/);
  expect(first.stderr).toContain('sandbox: workspace-write');

  const next = ['resume', '--last', 'Now create bye.js that prints bye', '--full-auto'];
  const second = await runLauncher(place, [...demo, ...next]);
  expect(second).toMatchObject({ status: 0, stdout: expect.stringContaining('It printed:\n\nbye') });
  expect(existsSync(join(place.workFolder, 'bye.js'))).toBe(true);
  expect(threadOf(second.stderr)).toBe(threadOf(first.stderr));
  expect(threadOf(second.stderr)).toBeDefined();

  expect(await leftProcesses(place)).toEqual([]);
  // codex's bundled sandbox keeps one lock folder per user there (seen with 0.169), with or without codex-glm
  const temporary = await readdir(place.tempFolder);
  expect(temporary.filter((name) => !/^codex-bwrap-synthetic-mount-targets-\d+$/.test(name))).toEqual([]);
  expect(await readdir(place.userHome)).toEqual([]);
  expect((await readdir(place.workFolder)).sort()).toEqual(['.git', 'bye.js', 'hello.js']);
});

test('the second run starts from the code that the first one compiled, and writes nothing there', async () => {
  const place = await testPlace();
  const folder = join(place.glmHome, 'code-cache');
  const files = async () => {
    const names = (await readdir(folder)).sort();
    return Promise.all(names.map(async (name) => [name.split('-all')[0], (await stat(join(folder, name))).ino]));
  };
  expect(await runLauncher(place, [...demo, 'hi'])).toMatchObject({ status: 0 });
  const stored = await files();
  // before codex is spawned, and behind it
  expect(stored.map(([name]) => name)).toEqual(expect.arrayContaining(['main', 'server']));
  expect(await runLauncher(place, [...demo, 'hi'])).toMatchObject({ status: 0 });
  expect(await files()).toEqual(stored);
});

test("the user's own codex homes are neither used nor changed", async () => {
  const place = await testPlace();
  const own = join(place.userHome, '.codex');
  const moved = join(place.userHome, 'moved');
  for (const folder of [own, moved]) {
    await mkdir(folder);
    await writeFile(join(folder, 'config.toml'), 'model = "mine"\nmodel_provider = "nowhere"\n');
  }
  const before = await folderContents(place.userHome);
  const run = await runLauncher(place, [...demo, 'hi'], { environment: { CODEX_HOME: moved } });
  expect(run.status).toBe(0);
  expect(await folderContents(place.userHome)).toEqual(before);
  expect(await readdir(place.glmHome)).toContain('codex-home');
});

test.each([
  ['a Chinese prompt', '创建 hello.js,输出 你好', '你好'],
  ['quotes and shell characters', 'Create odd.js that prints "it\'s $HOME `id` \\"', "it's $HOME `id` \\"],
])('%s', async (_, prompt, printed) => {
  const place = await testPlace();
  const run = await runLauncher(place, [...demo, '--full-auto', prompt]);
  expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining(`It printed:\n\n${printed}`) });
});

test('a sandbox that refuses to write is reported, and nothing is written', async () => {
  const place = await testPlace();
  const run = await runLauncher(place, [...demo, '--sandbox', 'read-only', 'Create hello.js that prints hello']);
  expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('hello.js could not be written') });
  expect(existsSync(join(place.workFolder, 'hello.js'))).toBe(false);
});

test('a prompt from standard input', async () => {
  const place = await testPlace();
  const run = await runLauncher(place, [...demo, '--json', '-'], { input: 'What can you do?' });
  expect(run.status).toBe(0);
  const events = run.stdout
    .trim()
    .split('\n')
    .map((line): { type: string } => JSON.parse(line));
  expect(events.map(({ type }) => type)).toEqual([
    'thread.started',
    'turn.started',
    'item.completed',
    'item.completed',
    'turn.completed',
  ]);
});
