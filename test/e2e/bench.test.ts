/** That the benchmarks see what they say they see; how fast anything is, is no affair of a test. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../helpers/test-place.ts';
import { testFolder } from '../helpers/test-folder.ts';

/** A proxy whose answer is right but for the last character, when it is told to lie. */
const peer = `
import { createServer } from 'node:http';
import { wholeText } from '${join(repositoryRoot, 'bench/answers.js')}';
const [port, upstream, lies] = process.argv.slice(2);
const forward = (body) => fetch(upstream + '/chat/completions', { method: 'POST', body });
createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part)).on('end', async () => {
    const { input, ...rest } = JSON.parse(Buffer.concat(parts));
    const messages = input.flatMap((item) =>
      item.type === 'function_call' ? [{ role: 'assistant', tool_calls: [{ function: { arguments: lies === 'loses' ? '' : item.arguments } }] }]
      : item.type === 'function_call_output' ? [{ role: 'tool', content: item.output }] : []);
    await (await forward(JSON.stringify({ ...rest, messages }))).text();
    const text = wholeText(1).slice(0, -1) + (lies === 'alters' ? '!' : wholeText(1).at(-1));
    const content = [{ type: 'output_text', text }];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of [
      { type: 'response.output_text.delta', delta: text },
      { type: 'response.completed', response: { output: [{ type: 'message', content }] } },
    ]) response.write('event: ' + event.type + '\\ndata: ' + JSON.stringify(event) + '\\n\\n');
    response.end();
  });
}).listen(Number(port), '127.0.0.1');
`;

test('the bench counts what loses or alters a byte as failed, and shows peers as columns of their own', async () => {
  const folder = await testFolder();
  const file = join(folder, 'peer.mjs');
  await writeFile(file, peer);
  const out = join(folder, 'table.md');
  const names = ['honest', 'alters', 'loses'];
  const peers = names.flatMap((name) => ['--peer', `${name}=${process.execPath} ${file} {port} {upstream} ${name}`]);
  const args = [join(repositoryRoot, 'bench/run.js'), '--only', 'growing', '--rounds', '1', '--out', out, ...peers];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 100_000 });
  const [line = ''] = /^a conversation of 1.9 MB[^]*?CPU per request\n.*$/m.exec(stdout) ?? [];
  const cells =
    line
      .split('\n')[1]
      ?.split(' | ')
      .map((cell) => cell.trim()) ?? [];
  expect(cells.slice(1, 5)).toEqual([
    expect.stringMatching(/^[\d.]+ ms \([\d.]+×/),
    expect.stringMatching(/^[\d.]+ ms \([\d.]+×/),
    '1 of 1 runs failed',
    '1 of 1 runs failed',
  ]);
  expect(stdout).toContain('loses lost or altered part of the conversation');
  const table = await readFile(out, 'utf8');
  expect(table).toContain('|  | byte pipe | codex-glm | honest | alters | loses | limit |');
  expect(table).toMatch(/\d{4}-\d\d-\d\d, commit \w+, codex [\d.]+, \d+ × .+ GiB, Node \d/);
});

test.each([
  ['--only', 'flat', 'there is no scenario "flat", only flat-out, paced'],
  ['--rounds', 'many', '--rounds takes a number from 1 on, not "many"'],
])('the bench refuses %s %s and says why', async (option, value, words) => {
  const args = [join(repositoryRoot, 'bench/run.js'), option, value];
  const run = promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  await expect(run).rejects.toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) as string });
});
