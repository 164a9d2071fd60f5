import { expect, test } from 'vitest';
import { createHostedMcp } from '../helpers/hosted-mcp-server.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

const key = { ZAI_API_KEY: 'key.of-the-test' };

test('an MCP server of the provider is usable when it is asked for, though codex refuses its answers to notifications', async () => {
  const place = await testPlace();
  const mcp = createHostedMcp();
  const provider = await startStrictProvider(
    [{ calls: [{ name: 'mcp__glm_web_reader__search', arguments: { query: 'x' } }] }, { text: 'Found.' }],
    mcp.serve,
  );
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'look it up', '--full-auto'];
  const run = await runLauncher(place, args, {
    environment: { ...key, CODEX_GLM_HOSTED_MCP: 'web_reader' },
  });
  expect(run).toMatchObject({ status: 0, stdout: 'Found.\n' });
  expect(mcp.methods).toContain('tools/call');
  expect(mcp.keys).toEqual(['Bearer key.of-the-test']);
  expect(JSON.stringify(provider.requests[1]?.body.messages)).toContain('three results');
});

test('nothing of the kind is offered unless it is asked for', async () => {
  const place = await testPlace();
  const mcp = createHostedMcp();
  const provider = await startStrictProvider([{ text: 'Hi.' }], mcp.serve);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'hi'];
  expect(await runLauncher(place, args, { environment: key })).toMatchObject({ status: 0 });
  expect(mcp.methods).toEqual([]);
});
