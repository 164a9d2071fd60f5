import { expect, onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';
import { runLauncher } from './run-launcher.ts';
import { startScriptedUpstream, type ScriptedUpstream, type Step } from './scripted-upstream.ts';
import { testPlace } from './test-place.ts';

/**
 * `codex-glm proxy start` before a GLM that answers by script. To be called inside of a test, at whose end both stop.
 */
export async function startProxyCommand(...steps: Step[]): Promise<{ baseURL: string; upstream: ScriptedUpstream }> {
  const place = await testPlace();
  const upstream = await startScriptedUpstream(...steps);
  onTestFinished(() => upstream.close());
  const port = String(await freePort());
  const flags = ['--provider', 'zai', '--base-url', upstream.baseUrl];
  onTestFinished(async () => void (await runLauncher(place, ['proxy', 'stop'])));
  const environment = { ZAI_API_KEY: 'a.b' };
  const { status, stderr } = await runLauncher(place, [...flags, 'proxy', 'start', '--port', port], { environment });
  expect(status, stderr).toBe(0);
  return { baseURL: `http://127.0.0.1:${port}/v1`, upstream };
}
