import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftProcesses } from '../helpers/processes.ts';
import { expectScreen, openLauncher, steadyScreen } from '../helpers/pty.ts';
import { testPlace } from '../helpers/test-place.ts';

test('the TUI opens without login and warnings, does the job, quits cleanly and leaves no daemon', async () => {
  const place = await testPlace();
  const terminal = openLauncher(place, ['--provider', 'demo', '--full-auto']);
  await terminal.waitFor(/Trust this folder/);
  const steady = (screen: string) => steadyScreen(screen, place);
  await terminal.pressUntil('enter', /GLM-5\.3 default/);
  expect(await expectScreen(terminal, 'opened.txt', steady)).not.toMatch(/sign in|log ?in/i);

  terminal.type('Create hello.js that prints hello');
  await terminal.waitFor(/› Create hello/);
  // the footer gets the thread's title, and the time it took stands under the answer
  await terminal.pressUntil('enter', /It printed:\s+hello[^]*Worked for[^]*· Create hello/);
  expect(await expectScreen(terminal, 'answered.txt', steady)).not.toContain('⚠');

  terminal.type('/quit');
  await terminal.waitFor(/› \/quit/);
  // codex's own words lead to sessions of the user's home; ours come last
  const closing = await terminal.pressUntil('enter', /^codex-glm: to continue: .*$/m);
  const named = /codex resume (\S{36})/.exec(closing)?.[1];
  expect(closing).toMatch(/To continue this session/);
  expect(closing).toMatch(new RegExp(`^codex-glm: to continue: codex-glm resume ${named}$`, 'm'));
  expect(await terminal.waitForExit()).toBe(0);
  expect(await leftProcesses(place)).toEqual([]);
  expect(await readdir(join(place.glmHome, 'codex-home'))).not.toContain('packages');
});
