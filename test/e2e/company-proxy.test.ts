import { expect, test } from 'vitest';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';
import { startHttpTunnel, startSocksTunnel } from '../helpers/tunnels.ts';

// with the bundle: packages load differently there
test.each([
  ['HTTP_PROXY', startHttpTunnel],
  ['ALL_PROXY', startSocksTunnel],
] as const)('a run goes through the proxy that %s names', async (variable, start) => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'From behind the proxy.' }]);
  const tunnel = await start(() => Number(new URL(provider.baseUrl).port));
  const args = ['--provider', 'zai', '--base-url', 'http://provider.test/v4', 'exec', 'hello'];
  const run = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'a.b', [variable]: tunnel.url } });
  expect(run).toMatchObject({ status: 0, stdout: 'From behind the proxy.\n' });
  expect(run.stderr).not.toMatch(/experimental/i);
  expect(new Set(tunnel.targets)).toEqual(new Set(['provider.test:80']));
});

test('a proxy that cannot be used is named before codex starts', async () => {
  const environment = { ZAI_API_KEY: 'a.b', HTTPS_PROXY: 'ftp://proxy.test' };
  const run = await runLauncher(await testPlace(), ['--provider', 'zai', 'exec', 'hello'], { environment });
  expect(run.status).toBe(2);
  expect(run.stderr).toBe(
    'codex-glm: HTTPS_PROXY names a proxy that cannot be used: ftp://proxy.test\n' +
      '  Write it like http://host:port or socks5://host:port, or unset HTTPS_PROXY. [BAD_SETTING]\n',
  );
});
