import { expect, onTestFinished, test } from 'vitest';
import { findProvider } from '../../src/catalog/catalog.ts';
import { startProxy } from '../../src/proxy/server.ts';
import { startHostedMcpServer } from '../helpers/hosted-mcp-server.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

test('an MCP server of the provider, whose answers to notifications codex refuses, is usable through the proxy', async () => {
  const place = await testPlace();
  const mcp = await startHostedMcpServer();
  const { origin, pathname } = new URL(mcp.url);
  const relay = await startProxy({
    provider: { ...findProvider('zai'), mcpServers: { web: pathname } },
    baseUrl: origin,
    apiKey: 'key.of-the-test',
    environment: {},
  });
  onTestFinished(() => relay.close());
  const provider = await startStrictProvider([
    { calls: [{ name: 'mcp__web__search', arguments: { query: 'x' } }] },
    { text: 'Found.' },
  ]);
  const url = `mcp_servers.web.url="http://127.0.0.1:${relay.port}/mcp/web"`;
  const server = ['-c', url, '-c', 'mcp_servers.web.bearer_token_env_var="RELAY_PASS"'];
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', ...server, 'look it up', '--full-auto'];
  const run = await runLauncher(place, args, {
    environment: { ZAI_API_KEY: 'key.of-the-test', RELAY_PASS: relay.token ?? '' },
  });
  expect(run).toMatchObject({ status: 0, stdout: 'Found.\n' });
  expect(mcp.methods).toContain('tools/call');
  expect(mcp.keys).toEqual(['Bearer key.of-the-test']);
  expect(JSON.stringify(provider.requests[1]?.body.messages)).toContain('three results');
});
