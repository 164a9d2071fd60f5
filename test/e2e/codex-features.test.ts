import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ChatMessage, ChatRequest } from '../../src/protocol/chat.ts';
import { runLauncher, type LauncherRun } from '../helpers/run-launcher.ts';
import { startStrictProvider, type StrictProvider } from '../helpers/strict-provider.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

function exec(place: TestPlace, provider: StrictProvider, ...args: string[]): Promise<LauncherRun> {
  return runLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', ...args], {
    environment: { ZAI_API_KEY: 'key.of-the-test' },
  });
}

function lastText({ messages }: ChatRequest): string {
  const content = messages.at(-1)?.content;
  return typeof content === 'string' ? content : JSON.stringify(content);
}

function results(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
}

function echo(text: string): { name: string; arguments: Record<string, unknown> } {
  return { name: 'exec_command', arguments: { cmd: `echo result of ${text}` } };
}

test('parallel calls run, and each result stands with its call', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ calls: ['one', 'two', 'three'].map(echo) }, { text: 'Done.' }]);
  expect(await exec(place, provider, 'go')).toMatchObject({ status: 0, stdout: 'Done.\n' });
  const found = results(provider.requests[1]?.body.messages ?? []);
  expect(found.map((text) => /result of \w+/.exec(text)?.[0])).toEqual([
    'result of one',
    'result of two',
    'result of three',
  ]);
});

test.each([
  ['glm-5.3-flash', true],
  ['glm-5.3', false],
])('an attached image, %s', async (model, seen) => {
  const place = await testPlace();
  await writeFile(join(place.workFolder, 'a.png'), Buffer.from(pixel, 'base64'));
  const provider = await startStrictProvider([{ text: 'Looked.' }]);
  expect(await exec(place, provider, '-m', model, '-i', 'a.png', '--', 'what is this?')).toMatchObject({ status: 0 });
  const [request] = provider.requests;
  expect(JSON.stringify(request?.body.messages).includes('data:image/png;base64,')).toBe(seen);
  expect(request && lastText(request.body)).toContain('what is this?');
});

test('NUL bytes and broken UTF-8, in a prompt and in what a command prints, do not end the session', async () => {
  const place = await testPlace();
  const cmd = String.raw`printf 'a\0b\xff\xed\xa0\x80c\n'`;
  const provider = await startStrictProvider([
    { calls: [{ name: 'exec_command', arguments: { cmd } }] },
    { text: 'Hm.' },
  ]);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', '-'];
  const run = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'key.of-the-test' }, input: 'x\0y' });
  expect(run).toMatchObject({ status: 0, stdout: 'Hm.\n' });
  const [first, second] = provider.requests.map(({ body }) => body);
  expect(first && lastText(first)).toBe('x␀y');
  expect(second && lastText(second)).toMatch(/a␀b\ufffd{4}c/);
  expect(second?.messages.slice(0, first?.messages.length)).toEqual(first?.messages);
});

test('an output schema is asked for in words, as JSON', async () => {
  const place = await testPlace();
  const schema = {
    type: 'object',
    properties: { answer: { type: 'integer' } },
    required: ['answer'],
    additionalProperties: false,
  };
  await writeFile(join(place.workFolder, 'schema.json'), JSON.stringify(schema));
  const provider = await startStrictProvider([{ text: '{"answer":42}' }]);
  const run = await exec(place, provider, '--output-schema', 'schema.json', 'what?');
  expect(run).toMatchObject({ status: 0, stdout: '{"answer":42}\n' });
  const body = provider.requests[0]?.body;
  expect(body?.response_format).toEqual({ type: 'json_object' });
  expect(JSON.stringify(body?.messages)).toContain('integer');
});

test('two automatic compactions in one session', async () => {
  const place = await testPlace();
  let compactions = 0;
  let commands = 0;
  const provider = await startStrictProvider((request) => {
    if (lastText(request).includes('CONTEXT CHECKPOINT'))
      return { text: `Summary ${++compactions}.`, promptTokens: 100 };
    if (commands === 4) return { text: 'Done.', promptTokens: 100 };
    const call = { name: 'exec_command', arguments: { cmd: `echo step ${++commands}` } };
    // every second answer fills the window
    return { calls: [call], promptTokens: commands % 2 === 0 ? 30_000 : 1000 };
  });
  const run = await exec(place, provider, '-c', 'model_auto_compact_token_limit=20000', 'do it');
  expect(run).toMatchObject({ status: 0, stdout: 'Done.\n' });
  expect(compactions).toBe(2);
  const asked = provider.requests.filter(({ body }) => lastText(body).includes('CONTEXT CHECKPOINT'));
  expect(asked.map(({ body }) => body.tools)).toEqual([undefined, undefined]);
  expect(JSON.stringify(provider.requests.at(-1)?.body.messages)).toContain('Summary 2.');
});

test('a sub-agent is spawned, works through the same provider, and its answer comes back', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider((request) => {
    if (lastText(request).includes('SUBTASK')) return { text: 'I am the sub-agent.' };
    const [spawned, waited] = results(request.messages);
    if (spawned === undefined) {
      return { calls: [{ name: 'multi_agent_v1__spawn_agent', arguments: { message: 'SUBTASK please' } }] };
    }
    if (waited !== undefined) return { text: 'All done.' };
    const { agent_id: id }: { agent_id: string } = JSON.parse(spawned);
    return { calls: [{ name: 'multi_agent_v1__wait_agent', arguments: { targets: [id], timeout_ms: 20_000 } }] };
  });
  expect(await exec(place, provider, 'delegate')).toMatchObject({ status: 0, stdout: 'All done.\n' });
  expect(results(provider.requests.at(-1)?.body.messages ?? [])[1]).toContain('I am the sub-agent.');
  const child = provider.requests.find(({ body }) => lastText(body).includes('SUBTASK'))?.body;
  expect(child).toMatchObject({ model: 'glm-5.3', reasoning_effort: 'max' });
  expect(JSON.stringify(child?.tools)).not.toContain('spawn_agent');
});

test.each([[['exec', 'review']], [['review']]])('%j', async (words) => {
  const place = await testPlace();
  const provider = await startStrictProvider([
    { calls: [{ name: 'exec_command', arguments: { cmd: 'echo seen by the reviewer' } }] },
    { text: 'Nothing to complain about.' },
  ]);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, ...words, 'Look at everything.'];
  const run = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'key.of-the-test' } });
  expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('Nothing to complain about.') });
  expect(run.stderr).not.toMatch(/warning/i);
  const [first, second] = provider.requests.map(({ body }) => body);
  expect(first).toMatchObject({ model: 'glm-5.3', reasoning_effort: 'max' });
  const tools = first?.tools?.map((tool) => (tool.type === 'function' ? tool.function.name : tool.type)) ?? [];
  expect(tools).toContain('exec_command');
  expect(tools.join()).not.toMatch(/agent|goal|web/);
  expect(second && results(second.messages)).toEqual([expect.stringContaining('seen by the reviewer')]);
});

test.each([
  ['the default', [], 'max'],
  ['medium', ['-c', 'model_reasoning_effort="medium"'], 'high'],
  ['minimal', ['-c', 'model_reasoning_effort="minimal"'], 'low'],
])('thinking level: %s', async (_, args, effort) => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'Hm.' }]);
  expect(await exec(place, provider, ...args, 'think')).toMatchObject({ status: 0 });
  expect(provider.requests[0]?.body.reasoning_effort).toBe(effort);
});
