import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLauncher } from '../helpers/run-launcher.ts';
import { testPlace } from '../helpers/test-place.ts';

test('-m provider/model is served by that provider, whatever is set', async () => {
  const place = await testPlace();
  const args = ['exec', '-m', 'demo/glm-5.3', 'Create hello.js that prints hello', '--full-auto'];
  const { status, stderr } = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'key-of-zai' } });
  expect(status, stderr).toBe(0);
  expect(existsSync(join(place.workFolder, 'hello.js'))).toBe(true);
  expect(stderr).toMatch(/model: glm-5\.3\n/);
});
