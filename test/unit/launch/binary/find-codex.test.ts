import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { CodexError } from '../../../../src/errors/errors.ts';
import { findCodex, type FindCodexInput } from '../../../../src/launch/binary/find-codex.ts';
import { isWindows } from '../../../helpers/systems.ts';

const linux = { platform: 'linux', arch: 'x64' } as const;
const mac = { platform: 'darwin', arch: 'arm64' } as const;
const windows = { platform: 'win32', arch: 'x64' } as const;

/** An empty machine: nothing on PATH, no package of its own. */
function machineFolder(): { folder: string; find: (input: Partial<FindCodexInput>) => ReturnType<typeof findCodex> } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'find-codex-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const ownModule = pathToFileURL(join(folder, 'own/dist/cli.js')).href;
  return {
    folder,
    find: (input) => findCodex({ environment: {}, machine: linux, ownScript: undefined, ownModule, ...input }),
  };
}

function put(path: string, text = ''): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** `@openai/codex` as a package manager installs it below `nodeModules`; its binary lies at `binary`. */
function install(nodeModules: string, binary: string): { shim: string; root: string; executable: string } {
  const root = join(nodeModules, '@openai/codex');
  put(join(root, 'package.json'), '{"name":"@openai/codex","type":"module"}');
  const platformRoot = /^(@openai\/codex-[^/]+)\//.exec(binary)?.[1];
  if (platformRoot) put(join(nodeModules, platformRoot, 'package.json'), '{}');
  return {
    root,
    shim: put(join(root, 'bin/codex.js'), '#!/usr/bin/env node\n'),
    executable: put(join(nodeModules, binary)),
  };
}

const linuxBinary = '@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex';

test.skipIf(isWindows).each([
  ['Linux', linux, linuxBinary],
  ['macOS', mac, '@openai/codex-darwin-arm64/vendor/aarch64-apple-darwin/bin/codex'],
  ['an old package with all systems inside', linux, '@openai/codex/vendor/x86_64-unknown-linux-musl/codex/codex'],
])(
  '%s: a link to the npm shim is resolved to the binary behind it (on Windows only an administrator makes one)',
  (_, machine, binary) => {
    const { folder, find } = machineFolder();
    const { shim, root, executable } = install(join(folder, 'lib/node_modules'), binary);
    mkdirSync(join(folder, 'bin'));
    symlinkSync(shim, join(folder, 'bin/codex'));
    expect(find({ environment: { PATH: `/nowhere${delimiter}${join(folder, 'bin')}` }, machine })).toEqual({
      executable,
      variables: { CODEX_MANAGED_PACKAGE_ROOT: root, CODEX_MANAGED_BY_NPM: '1' },
    });
  },
);

test('Windows: the .cmd file of npm is resolved to codex.exe', () => {
  const { folder, find } = machineFolder();
  const binary = '@openai/codex-win32-x64/vendor/x86_64-pc-windows-msvc/bin/codex.exe';
  const { executable } = install(join(folder, 'node_modules'), binary);
  put(join(folder, 'codex.cmd'), '"%_prog%"  "%dp0%\\node_modules\\@openai\\codex\\bin\\codex.js" %*\r\n');
  expect(find({ environment: { PATH: folder }, machine: windows }).executable).toBe(executable);
});

test('Windows: a script that leads to no codex.exe is passed over, as only a shell could start it', () => {
  const { folder, find } = machineFolder();
  const script = put(join(folder, 'scripts/codex.cmd'), '@call other %*\r\n');
  const right = put(join(folder, 'bin/codex.exe'));
  // the system's own separator: a drive's colon is none
  const environment = { Path: [join(folder, 'scripts'), join(folder, 'bin')].join(delimiter) };
  expect(find({ environment, machine: windows }).executable).toBe(right);
  const named = { CODEX_GLM_CODEX_PATH: script };
  expect(() => find({ environment: named, machine: windows })).toThrow(
    expect.objectContaining({ code: 'CODEX_NOT_FOUND', hint: expect.stringContaining('name a codex.exe') }),
  );
});

test('pnpm: a shell script in place of a link', () => {
  const { folder, find } = machineFolder();
  const { executable } = install(join(folder, 'global/node_modules'), linuxBinary);
  put(join(folder, 'global/node_modules/.modules.yaml'));
  put(
    join(folder, 'bin/codex'),
    '#!/bin/sh\nexec node  "$basedir/../global/node_modules/@openai/codex/bin/codex.js" "$@"\n',
  );
  const found = find({ environment: { PATH: join(folder, 'bin') } });
  expect(found.executable).toBe(executable);
  expect(found.variables).toHaveProperty('CODEX_MANAGED_BY_PNPM', '1');
});

test('an old package brings a folder for PATH', () => {
  const { folder, find } = machineFolder();
  const { shim, root } = install(folder, '@openai/codex/vendor/x86_64-unknown-linux-musl/codex/codex');
  const tool = put(join(root, 'vendor/x86_64-unknown-linux-musl/path/rg'));
  expect(find({ environment: { CODEX_GLM_CODEX_PATH: shim } }).toolFolder).toBe(dirname(tool));
});

test('a codex that is no shim runs as it is', () => {
  const { folder, find } = machineFolder();
  const path = put(join(folder, 'codex'), '\u007fELF');
  expect(find({ environment: { PATH: folder } })).toEqual({ executable: path, variables: {} });
});

test.skipIf(isWindows)(
  'passed over: our own command under the name codex, folders, and files that cannot be executed (as on Linux and macOS)',
  () => {
    const { folder, find } = machineFolder();
    const own = put(join(folder, 'own/bin/codex-glm.js'));
    mkdirSync(join(folder, 'a'));
    symlinkSync(own, join(folder, 'a/codex'));
    mkdirSync(join(folder, 'b/codex'), { recursive: true });
    chmodSync(put(join(folder, 'c/codex')), 0o644);
    const right = put(join(folder, 'd/codex'));
    const path = ['a', 'b', 'c', 'd'].map((name) => join(folder, name)).join(delimiter);
    expect(find({ environment: { PATH: path }, ownScript: own }).executable).toBe(right);
  },
);

test('the named codex comes first, PATH second, the own dependency last', () => {
  const { folder, find } = machineFolder();
  const named = put(join(folder, 'named'));
  const onPath = put(join(folder, 'bin/codex'));
  const { executable } = install(join(folder, 'own/node_modules'), linuxBinary);
  const environment = { PATH: join(folder, 'bin') };
  expect(find({ environment: { ...environment, CODEX_GLM_CODEX_PATH: named } }).executable).toBe(named);
  expect(find({ environment }).executable).toBe(onPath);
  expect(find({}).executable).toBe(executable);
});

test.each<[string, (folder: string) => NodeJS.ProcessEnv, RegExp, RegExp]>([
  ['nothing anywhere', () => ({ PATH: '/nowhere' }), /no codex on PATH/, /npm install -g @openai\/codex/],
  ['the named one is missing', () => ({ CODEX_GLM_CODEX_PATH: '/nowhere/codex' }), /nowhere.codex/, /unset it/],
  [
    'a release without a binary for this machine',
    (folder) => {
      const binary = '@openai/codex-darwin-arm64/vendor/aarch64-apple-darwin/bin/codex';
      return { CODEX_GLM_CODEX_PATH: install(folder, binary).shim };
    },
    /no binary for linux-x64/,
    /npm install -g @openai\/codex@latest/,
  ],
])('%s: CODEX_NOT_FOUND says what to do', (_, environment, message, hint) => {
  const { folder, find } = machineFolder();
  let error: unknown;
  try {
    find({ environment: environment(folder) });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(CodexError);
  expect(error).toMatchObject({
    code: 'CODEX_NOT_FOUND',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});
