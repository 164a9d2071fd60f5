import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ChatMessage, ChatRequest } from '../../src/protocol/chat.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider, type ReceivedRequest } from '../helpers/strict-provider.ts';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

const key = { ZAI_API_KEY: 'key-of-the-test.secret' };
const tinyServerFile = join(repositoryRoot, 'test/helpers/tiny-mcp-server.mjs');
const tinyServer = `-c mcp_servers.tiny.command="node" -c mcp_servers.tiny.args=["${tinyServerFile}"]`.split(' ');

function zai(baseUrl: string): string[] {
  return ['--provider', 'zai', '--base-url', baseUrl];
}

function toolResults(request: ReceivedRequest | undefined): string[] {
  return (request?.body.messages ?? []).flatMap((message) => (message.role === 'tool' ? [message.content] : []));
}

function functionNames({ tools = [] }: ChatRequest): string[] {
  return tools.flatMap((tool) => (tool.type === 'function' ? [tool.function.name] : []));
}

test('shell, apply_patch and an MCP server in one session, each request an extension of the one before', async () => {
  const place = await testPlace();
  await writeFile(join(place.workFolder, 'old.txt'), 'one\ntwo\n');
  const provider = await startStrictProvider([
    { reasoning: 'Look first.', calls: [{ name: 'exec_command', arguments: { cmd: 'cat old.txt' } }] },
    {
      reasoning: 'Several at once.',
      text: 'I ask and edit.',
      calls: [{ name: 'mcp__tiny__add_numbers', arguments: { a: 20, b: 22 } }],
      patch:
        '*** Begin Patch\n*** Add File: new.txt\n+new\n*** Update File: old.txt\n@@\n one\n-two\n+2\n*** End Patch',
    },
    {
      patch:
        '*** Begin Patch\n*** Update File: new.txt\n*** Move to: moved.txt\n@@\n-new\n+moved\n*** Delete File: old.txt\n*** End Patch',
    },
    { calls: [{ name: 'exec_command', arguments: { cmd: 'ls; cat moved.txt' } }] },
    { reasoning: 'All done.', text: 'All done: 42.' },
  ]);
  const run = await runLauncher(place, [...zai(provider.baseUrl), 'exec', ...tinyServer, 'do it', '--full-auto'], {
    environment: key,
  });
  expect(run).toMatchObject({ status: 0, stdout: 'All done: 42.\n' });

  const { requests } = provider;
  expect(requests).toHaveLength(5);
  expect(functionNames((requests[0] as ReceivedRequest).body)).toEqual(
    expect.arrayContaining(['exec_command', 'apply_patch', 'mcp__tiny__add_numbers', 'mcp__tiny__get_image']),
  );
  expect(requests.every(({ authorization }) => authorization === 'Bearer key-of-the-test.secret')).toBe(true);
  const results = toolResults(requests[4]);
  expect(results).toHaveLength(5);
  expect(results[0]).toContain('one\ntwo');
  expect(results[1]).toContain('42');
  expect(results[4]).toContain('moved.txt');
  expect(existsSync(join(place.workFolder, 'old.txt'))).toBe(false);
  expect(await readFile(join(place.workFolder, 'moved.txt'), 'utf8')).toBe('moved\n');

  const histories = requests.map(({ body }) => body.messages);
  for (const [index, history] of histories.slice(1).entries()) {
    const earlier = histories[index] as ChatMessage[];
    expect(history.slice(0, earlier.length)).toEqual(earlier);
    expect(history[earlier.length]).toMatchObject({ role: 'assistant' });
    expect(requests[index + 1]?.body.tools).toEqual(requests[index]?.body.tools);
  }
  expect(histories[4]).toContainEqual(
    expect.objectContaining({ role: 'assistant', content: 'I ask and edit.', reasoning_content: 'Several at once.' }),
  );
});

test('a resumed thread brings its history and its reasoning back, also on another port', async () => {
  const place = await testPlace();
  const thinking = '  Grüße,\n\n"世界" \\ 🚀\t';
  const first = await startStrictProvider([{ reasoning: thinking, text: 'First answer.' }]);
  const second = await startStrictProvider([{ text: 'Second answer.' }]);
  expect(await runLauncher(place, [...zai(first.baseUrl), 'exec', 'one'], { environment: key })).toMatchObject({
    status: 0,
  });
  const run = await runLauncher(place, [...zai(second.baseUrl), 'exec', 'resume', '--last', 'two'], {
    environment: key,
  });
  expect(run).toMatchObject({ status: 0, stdout: 'Second answer.\n' });
  const before = first.requests[0]?.body.messages ?? [];
  expect(second.requests[0]?.body.messages).toEqual([
    ...before,
    { role: 'assistant', content: 'First answer.', reasoning_content: thinking },
    { role: 'user', content: 'two' },
  ]);
});

test('an MCP image reaches a model that sees and is a note for one that does not', async () => {
  for (const [model, seen] of [
    ['glm-5.3-flash', true],
    ['glm-5.3', false],
  ] as const) {
    const place = await testPlace();
    const provider = await startStrictProvider([
      { calls: [{ name: 'mcp__tiny__get_image', arguments: {} }] },
      { text: 'I looked.' },
    ]);
    const args = [...zai(provider.baseUrl), 'exec', '-m', model, ...tinyServer, 'look', '--full-auto'];
    expect(await runLauncher(place, args, { environment: key })).toMatchObject({ status: 0, stdout: 'I looked.\n' });
    const { body } = provider.requests[1] as ReceivedRequest;
    expect(body.model).toBe(model);
    expect(JSON.stringify(body.messages).includes('data:image/png;base64,')).toBe(seen);
  }
});

test('a call of a tool that nobody offered and broken arguments go back to the model, and the turn goes on', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([
    { calls: [{ name: 'no_such_tool', arguments: {} }] },
    { calls: [{ name: 'exec_command', arguments: 'not json at all' }] },
    { text: 'Enough.' },
  ]);
  const run = await runLauncher(place, [...zai(provider.baseUrl), 'exec', 'go'], { environment: key });
  expect(run).toMatchObject({ status: 0, stdout: 'Enough.\n' });
  expect(toolResults(provider.requests[2]).join('\n')).toMatch(/unsupported call: no_such_tool[^]*failed to parse/);
});
