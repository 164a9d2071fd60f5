import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runKeyCommand } from '../../../src/keys/key-command.ts';
import { loadKey } from '../../../src/keys/load-key.ts';
import { testPlace } from '../../helpers/test-place.ts';
import { isWindows } from '../../helpers/systems.ts';

const canary = 'canary-key.of-the-command';

/** A command of node's that runs this script. */
async function script(text: string): Promise<{ command: string; environment: Record<string, string> }> {
  const { userHome, environment } = await testPlace();
  const path = join(userHome, 'give-key.mjs');
  await writeFile(path, text);
  return { command: `node ${path}`, environment };
}

test('the first line of what it prints is the key', async () => {
  const { command, environment } = await script(`console.log('  ${canary} \\nsecond line')`);
  expect(await runKeyCommand(command, environment)).toBe(canary);
  expect(await loadKey({ kind: 'command', command }, environment)).toBe(canary);
});

test.each([
  ['fails', `console.log('${canary}'); console.error('${canary}'); process.exit(3)`, /failed with exit status 3/],
  ['prints a book', `console.log('${canary}'.repeat(10_000))`, /printed more than 64 KiB/],
  ['prints nothing', `console.error('${canary}')`, /printed nothing/],
])('a command that %s: an error without its output', async (_, text, message) => {
  const { command, environment } = await script(text);
  const error = await runKeyCommand(command, environment).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'KEY_COMMAND_FAILED', message: expect.stringMatching(message) as string });
  expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(canary);
});

test('a command that hangs is ended', async () => {
  const { command, environment } = await script('setInterval(() => {}, 1000)');
  await expect(runKeyCommand(command, environment, 300)).rejects.toThrow(/did not end within 0\.3 s/);
});

test('a command that does not exist', async () => {
  const { environment } = await testPlace();
  // Windows asks its shell for the program, which gives a status in place of an error
  const words = isWindows ? /failed with exit status \d+/ : /was not found/;
  await expect(runKeyCommand('no-such-program-here', environment)).rejects.toThrow(words);
});

test('without the package for keychains, what to install is said', async () => {
  const place = { kind: 'keychain', provider: 'zai' } as const;
  await expect(loadKey(place, {})).rejects.toMatchObject({ code: 'KEYCHAIN_FAILED' });
});
