import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { newestTested } from '../../../../src/codex/versions.ts';
import { packagedVersion, reportedVersion } from '../../../../src/launch/binary/codex-version.ts';
import { findCodex } from '../../../../src/launch/binary/find-codex.ts';
import { testPlace } from '../../../helpers/test-place.ts';

test("the installed codex's version is read from its package, and it says the same itself", async () => {
  const { executable } = findCodex({ environment: {} });
  const { userHome } = await testPlace();
  expect(packagedVersion(executable)).toBe(newestTested);
  expect(await reportedVersion(executable, { CODEX_HOME: userHome })).toBe(newestTested);
});

test.each([
  ['codex-linux-x64', 'vendor/x86_64-unknown-linux-musl/bin/codex', '0.120.0-linux-x64', '0.120.0'],
  ['codex-win32-arm64', 'vendor/aarch64-pc-windows-msvc/bin/codex.exe', '0.150.0-win32-arm64', '0.150.0'],
  // 0.80: all platforms inside one package
  ['codex', 'vendor/x86_64-apple-darwin/codex/codex', '0.80.0', '0.80.0'],
  ['codex', 'vendor/x86_64-apple-darwin/codex/codex', '0.108.0-alpha.3', '0.108.0-alpha.3'],
])('%s/%s of %s is %s', async (name, path, version, expected) => {
  const { tempFolder } = await testPlace();
  const root = join(tempFolder, 'node_modules/@openai', name);
  const executable = join(root, path);
  mkdirSync(dirname(executable), { recursive: true });
  writeFileSync(executable, '');
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: '@openai/codex', version }));
  expect(packagedVersion(executable)).toBe(expected);
});

test('a binary that stands alone in a project has no packaged version', async () => {
  const { tempFolder } = await testPlace();
  writeFileSync(join(tempFolder, 'package.json'), JSON.stringify({ name: 'some-project', version: '9.9.9' }));
  expect(packagedVersion(join(tempFolder, 'bin/codex'))).toBeUndefined();
});

test('a program that is no codex has no version', async () => {
  expect(await reportedVersion(process.execPath, {})).toBeUndefined();
  expect(await reportedVersion('/nowhere/codex', {})).toBeUndefined();
});
