import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

test('`npm run demo` does the main job and shows the file', async () => {
  const place = await testPlace();
  const output = execFileSync(process.execPath, [join(repositoryRoot, 'bin/demo.mjs')], {
    env: place.environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 45_000,
  });
  expect(output).toContain('It printed:\n\nhello');
  expect(output).toContain('hello.js:\nconsole.log("hello");');
  rmSync(/^Folder: +(.+)$/m.exec(output)?.[1] ?? '', { recursive: true });
});
