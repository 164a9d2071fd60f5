/**
 * The core of the product against one version of codex: `CODEX_VERSION` (its executable in `CODEX_GLM_CODEX_PATH`), else
 * the one of package.json. Run for all supported versions by `npm run test:codex-versions`.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { leftProcesses } from '../helpers/processes.ts';
import { runLauncher, type LauncherOptions, type LauncherRun } from '../helpers/run-launcher.ts';
import { startStrictProvider, type StrictProvider } from '../helpers/strict-provider.ts';
import { repositoryRoot, testPlace, type TestPlace } from '../helpers/test-place.ts';

const { CODEX_VERSION: version = 'of package.json', CODEX_GLM_CODEX_PATH: codexPath } = process.env;
const tinyServerFile = join(repositoryRoot, 'test/helpers/tiny-mcp-server.mjs');
const tinyServer = ['-c', 'mcp_servers.tiny.command="node"', '-c', `mcp_servers.tiny.args=["${tinyServerFile}"]`];

function run(place: TestPlace, provider: StrictProvider, ...args: string[]): Promise<LauncherRun> {
  return runWith({}, place, provider, ...args);
}

function runWith(
  options: Pick<LauncherOptions, 'input'>,
  place: TestPlace,
  provider: StrictProvider,
  ...args: string[]
): Promise<LauncherRun> {
  return runLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, ...args], {
    ...options,
    environment: {
      ZAI_API_KEY: 'key.of-the-test',
      ...(codexPath === undefined ? {} : { CODEX_GLM_CODEX_PATH: codexPath }),
    },
  });
}

function resultsOf(provider: StrictProvider): string[] {
  const { messages } = provider.requests.at(-1)?.body ?? { messages: [] };
  return messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
}

/** The tool that runs commands had other names and arguments in earlier versions. */
function shellCall(provider: StrictProvider, command: string): { name: string; arguments: Record<string, unknown> } {
  const names = (provider.requests.at(-1)?.body.tools ?? []).flatMap((tool) =>
    tool.type === 'function' ? [tool.function.name] : [],
  );
  if (names.includes('exec_command')) return { name: 'exec_command', arguments: { cmd: command } };
  if (names.includes('shell_command')) return { name: 'shell_command', arguments: { command } };
  return { name: 'shell', arguments: { command: ['bash', '-lc', command] } };
}

describe(`codex ${version}`, () => {
  test('works with shell, apply_patch and an MCP server, and takes the thread up again with its reasoning', async () => {
    const place = await testPlace();
    await writeFile(join(place.workFolder, 'old.txt'), 'one\ntwo\n');
    const patch =
      '*** Begin Patch\n*** Add File: new.txt\n+new\n*** Update File: old.txt\n@@\n one\n-two\n+2\n*** End Patch';
    const provider = await startStrictProvider((_, index) => {
      if (index === 0) return { reasoning: 'Look first.', calls: [shellCall(provider, 'cat old.txt')] };
      if (index === 1) return { patch, calls: [{ name: 'mcp__tiny__add_numbers', arguments: { a: 20, b: 22 } }] };
      return { reasoning: 'All done.', text: index === 2 ? 'Done: 42.' : 'Taken up again.' };
    });
    const first = await run(place, provider, 'exec', ...tinyServer, 'do it', '--full-auto');
    expect(first).toMatchObject({ status: 0, stdout: 'Done: 42.\n' });
    expect(first.stderr).not.toMatch(/metadata|ERROR/);
    const results = resultsOf(provider);
    expect(results[0]).toContain('one\ntwo');
    expect(results.slice(1).join('\n')).toContain('42');
    expect(await readFile(join(place.workFolder, 'old.txt'), 'utf8')).toBe('one\n2\n');
    expect(existsSync(join(place.workFolder, 'new.txt'))).toBe(true);

    const before = provider.requests.at(-1)?.body.messages ?? [];
    const next = await run(place, provider, 'exec', 'resume', '--last', 'go on');
    expect(next).toMatchObject({ status: 0, stdout: 'Taken up again.\n' });
    const messages = provider.requests.at(-1)?.body.messages ?? [];
    expect(messages).toContainEqual(
      expect.objectContaining({ role: 'assistant', content: 'Done: 42.', reasoning_content: 'All done.' }),
    );
    expect(messages.slice(0, before.length)).toEqual(before);

    // the codex of package.json, as after an update
    const updated = await runLauncher(
      place,
      ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'resume', '--last', 'and on'],
      { environment: { ZAI_API_KEY: 'key.of-the-test' } },
    );
    expect(updated).toMatchObject({ status: 0, stdout: 'Taken up again.\n' });
    expect(JSON.stringify(provider.requests.at(-1)?.body.messages)).toContain('go on');
    expect(await leftProcesses(place)).toEqual([]);
  });

  test('compacts a long session: without tools, with little thinking, with room for the summary', async () => {
    const place = await testPlace();
    let commands = 0;
    const provider = await startStrictProvider((request) => {
      if (JSON.stringify(request.messages.at(-1)).includes('CONTEXT CHECKPOINT'))
        return { text: 'Summary of it all.', promptTokens: 100 };
      if (commands === 1) return { text: 'Done.', promptTokens: 100 };
      commands++;
      return { calls: [shellCall(provider, 'echo step one')], promptTokens: 30_000 };
    });
    const limit = ['-c', 'model_auto_compact_token_limit=20000'];
    expect(await run(place, provider, ...limit, 'exec', 'do it')).toMatchObject({ status: 0, stdout: 'Done.\n' });
    const bodies = provider.requests.map(({ body }) => body);
    const summaries = bodies.filter(({ messages }) => JSON.stringify(messages.at(-1)).includes('CONTEXT CHECKPOINT'));
    expect(summaries).toMatchObject([{ reasoning_effort: 'low', max_tokens: 32_768 }]);
    expect(summaries[0]).not.toHaveProperty('tools');
    expect(JSON.stringify(bodies.at(-1)?.messages)).toContain('Summary of it all.');
  });

  test.runIf(version === '0.107.0')('takes a prompt of 10 MB (0.150 and later have a limit of their own)', async () => {
    const place = await testPlace();
    const provider = await startStrictProvider(() => ({ text: 'Read.' }));
    const prompt = `${'0123456789abcde\n'.repeat(655_360)}the end`;
    const read = await runWith({ input: prompt }, place, provider, 'exec', '-');
    expect(read).toMatchObject({ status: 0, stdout: 'Read.\n' });
    expect(JSON.stringify(provider.requests[0]?.body.messages)).toContain(JSON.stringify(prompt).slice(1, -1));
  });

  test("ends a turn that the provider refuses, in the provider's words", async () => {
    const place = await testPlace();
    const provider = await startStrictProvider(() => ({
      status: 401,
      body: { error: { code: '1000', message: 'Authentication Failed' } },
    }));
    const { status, stderr } = await run(place, provider, 'exec', 'hi', '--full-auto');
    expect(status).toBe(1);
    expect(stderr).toContain('Authentication Failed');
    expect(provider.requests).toHaveLength(1);
  });
});
