import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nativeEvents, nativeStream, nativeViolations, type NativeAnswer } from '../helpers/native-provider.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startScriptedUpstream, status, type ScriptedUpstream, type Step } from '../helpers/scripted-upstream.ts';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

const key = { ZAI_API_KEY: 'key-of-the-test.secret' };
const tinyServerFile = join(repositoryRoot, 'test/helpers/tiny-mcp-server.mjs');
const tinyServer = `-c mcp_servers.tiny.command="node" -c mcp_servers.tiny.args=["${tinyServerFile}"]`.split(' ');

async function startNativeProvider(...steps: (NativeAnswer | Step)[]): Promise<ScriptedUpstream> {
  const upstream = await startScriptedUpstream(
    ...steps.map((step, turn) => (typeof step === 'function' ? step : nativeStream(nativeEvents(step, turn)))),
  );
  onTestFinished(() => upstream.close());
  return upstream;
}

function responsesWire({ baseUrl }: ScriptedUpstream, provider = 'zai-coding'): string[] {
  return ['--provider', provider, '--wire', 'responses', '--base-url', baseUrl];
}

interface Sent {
  input: Record<string, unknown>[];
  tools: { type: string; name: string }[];
}

/** The bodies, which break no rule of the provider's. */
function sentTo({ requests }: ScriptedUpstream, freeformPatch: boolean): Sent[] {
  expect(requests.flatMap(({ body }) => nativeViolations(body, { freeformPatch }))).toEqual([]);
  return requests.map(({ body }) => body as unknown as Sent);
}

function outputs({ input }: Sent): unknown[] {
  return input.flatMap(({ type, output }) => (String(type).endsWith('_output') ? [output] : []));
}

test('shell, apply_patch and an MCP server on a native Responses endpoint', async () => {
  const place = await testPlace();
  await writeFile(join(place.workFolder, 'old.txt'), 'one\ntwo\n');
  const provider = await startNativeProvider(
    { reasoning: 'Look first.', calls: [{ name: 'exec_command', arguments: { cmd: 'cat old.txt' } }] },
    {
      reasoning: 'Several at once.',
      text: 'I ask and edit.',
      calls: [{ name: 'mcp__tiny__add_numbers', arguments: { a: 20, b: 22 } }],
      patch: '*** Begin Patch\n*** Add File: new.txt\n+new\n*** Delete File: old.txt\n*** End Patch',
    },
    { reasoning: 'All done.', text: 'All done: 42.' },
  );
  const run = await runLauncher(place, [...responsesWire(provider), 'exec', ...tinyServer, 'do it', '--full-auto'], {
    environment: key,
  });
  expect(run).toMatchObject({ status: 0, stdout: 'All done: 42.\n' });
  expect(run.stderr).toContain('Look first.');
  expect(existsSync(join(place.workFolder, 'old.txt'))).toBe(false);
  expect(await readFile(join(place.workFolder, 'new.txt'), 'utf8')).toBe('new\n');

  const sent = sentTo(provider, true);
  expect(sent).toHaveLength(3);
  expect(provider.requests.every(({ url }) => url === '/v4/responses')).toBe(true);
  const [first, second, third] = sent as [Sent, Sent, Sent];
  expect(first.tools.filter(({ type }) => type === 'custom').map(({ name }) => name)).toEqual(['apply_patch']);
  expect(first.tools.map(({ name }) => name)).toContain('mcp__tiny__add_numbers');
  expect(outputs(third)[0]).toContain('one\ntwo');
  expect(outputs(third).join('\n')).toMatch(/42[^]*new\.txt|new\.txt[^]*42/);
  // append-only, with the thinking in the provider's own form
  expect(third.input.slice(0, second.input.length)).toEqual(second.input);
  expect(third.input.filter(({ type }) => type === 'reasoning')).toEqual([
    expect.objectContaining({ id: 'rs_resp_0', content: [{ type: 'reasoning_text', text: 'Look first.' }] }),
    expect.objectContaining({ id: 'rs_resp_1', content: [{ type: 'reasoning_text', text: 'Several at once.' }] }),
  ]);
});

test('apply_patch works as a function where the endpoint takes no freeform tools', async () => {
  const place = await testPlace();
  const patch = '*** Begin Patch\n*** Add File: new.txt\n+new\n*** End Patch';
  const provider = await startNativeProvider(
    { calls: [{ name: 'apply_patch', arguments: { input: patch } }] },
    { text: 'Patched.' },
  );
  const args = [...responsesWire(provider, 'minimax'), 'exec', 'do it', '--full-auto'];
  const run = await runLauncher(place, args, { environment: { MINIMAX_API_KEY: 'key-of-the-test' } });
  expect(run).toMatchObject({ status: 0, stdout: 'Patched.\n' });
  expect(await readFile(join(place.workFolder, 'new.txt'), 'utf8')).toBe('new\n');
  const [, second] = sentTo(provider, false);
  expect(second?.input.filter(({ type }) => String(type).startsWith('custom'))).toEqual([]);
});

test('a failure ends the turn at once with the words of the provider', async () => {
  const place = await testPlace();
  const body = { error: { code: '1113', message: 'Insufficient balance.' } };
  const provider = await startNativeProvider(status(429, body));
  const run = await runLauncher(place, [...responsesWire(provider), 'exec', 'do it'], { environment: key });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('Z.ai Coding Plan answered 429 (code 1113): Insufficient balance.');
  expect(provider.requests).toHaveLength(1);
});
