import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readStoredKey, withStoredKey } from '../../../src/keys/credentials.ts';
import { testPlace } from '../../helpers/test-place.ts';
import { isWindows } from '../../helpers/systems.ts';

async function credentials(text: string, mode = 0o600): Promise<string> {
  const { userHome } = await testPlace();
  const path = join(userHome, 'credentials.toml');
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

test('the key of a provider, and nothing for another one or without a file', async () => {
  const path = await credentials('zai = "a.b"\n"zai-coding" = "c.d"\n');
  expect(readStoredKey(path, 'zai-coding')).toEqual({ value: 'c.d', origin: path });
  expect(readStoredKey(path, 'deepseek')).toBeUndefined();
  expect(readStoredKey(`${path}.missing`, 'zai')).toBeUndefined();
});

test('quotes, "Bearer" and a byte order mark that came with it are taken off', async () => {
  expect(readStoredKey(await credentials(`zai = "'a.b'"\n`), 'zai')?.value).toBe('a.b');
  expect(readStoredKey(await credentials('\uFEFFzai = "Bearer a.b"\r\n'), 'zai')?.value).toBe('a.b');
});

test('a folder in its place is told', async () => {
  const { userHome } = await testPlace();
  expect(() => readStoredKey(userHome, 'zai')).toThrow(/it is a folder, not a file/);
});

test.skipIf(isWindows).each([0o640, 0o604, 0o660, 0o644])(
  'a file with mode %o is refused, with the command that mends it (Windows has no modes)',
  async (mode) => {
    const path = await credentials('zai = "a.b"\n', mode);
    const expected = { code: 'UNSAFE_CREDENTIALS', hint: `Run: chmod 600 ${path}` };
    expect(() => readStoredKey(path, 'zai')).toThrow(expect.objectContaining(expected));
  },
);

test.each([['zai = hunter2-canary'], ['zai = 5'], ['zai = ""'], ['[[[']])(
  '%j is refused without a word of it',
  async (text) => {
    const path = await credentials(text);
    expect(() => readStoredKey(path, 'zai')).toThrow(/^(?!.*canary).*credentials\.toml: .*\.$/);
  },
);

test('a key is added or replaced, and all other lines stay', () => {
  const text = '# mine\nzai = "a.b"\n"zai-coding" = "c.d"\n';
  expect(withStoredKey(text, 'zai', 'n"1')).toBe('# mine\n"zai-coding" = "c.d"\n"zai" = "n\\"1"\n');
  expect(withStoredKey('', 'mine.2', 'k')).toBe('"mine.2" = "k"\n');
});
