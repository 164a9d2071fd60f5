import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findPaths, type Paths } from '../../../../src/config/paths.ts';
import { parseToml } from '../../../../src/config/toml.ts';
import { storeCatalog } from '../../../../src/launch/home/catalog-file.ts';
import { openCodexHome, type CodexHome } from '../../../../src/launch/home/codex-home.ts';
import { bundle } from '../../../helpers/bundle.ts';
import { testPlace } from '../../../helpers/test-place.ts';
import { expectMode } from '../../../helpers/systems.ts';

async function emptyPaths(): Promise<Paths> {
  return findPaths({ CODEX_GLM_HOME: (await testPlace()).glmHome });
}

function openOwn(paths: Paths): Promise<CodexHome> {
  return openCodexHome(paths, { sessions: 'own', inherit: [] }, () => {});
}

function writeConfig(paths: Paths, text: string): void {
  mkdirSync(paths.codexHome, { recursive: true });
  writeFileSync(paths.codexConfigFile, text);
}

describe('the codex home', () => {
  test('is made for its owner only, with a config.toml and nothing else', async () => {
    const paths = await emptyPaths();
    await openOwn(paths);
    expectMode(paths.codexHome, 0o700);
    expectMode(paths.codexConfigFile, 0o600);
    expect(readdirSync(paths.dataFolder)).toEqual(['codex-home']);
    expect(readdirSync(paths.codexHome)).toEqual(['config.toml']);
  });

  test('is not written again when nothing is missing', async () => {
    const paths = await emptyPaths();
    await openOwn(paths);
    const longAgo = new Date('2020-01-01T00:00:00Z');
    utimesSync(paths.codexConfigFile, longAgo, longAgo);
    await openOwn(paths);
    expect(statSync(paths.codexConfigFile).mtime).toEqual(longAgo);
  });

  test('keeps what codex wrote, and tells it', async () => {
    const paths = await emptyPaths();
    writeConfig(paths, 'model = "glm-5.2"\n[projects."/a"]\ntrust_level = "trusted"\n');
    const { config } = await openOwn(paths);
    expect(config).toMatchObject({ model: 'glm-5.2' });
    expect(parseToml(readFileSync(paths.codexConfigFile, 'utf8'))).toMatchObject({
      projects: { '/a': { trust_level: 'trusted' } },
      features: { plugins: false },
    });
  });

  test('with a broken config.toml is refused by file and line, and left as it is', async () => {
    const paths = await emptyPaths();
    const text = 'model = "x"\nbroken = = 1\n';
    writeConfig(paths, text);
    await expect(openOwn(paths)).rejects.toMatchObject({
      code: 'CODEX_HOME_UNUSABLE',
      message: expect.stringContaining(`${paths.codexConfigFile}, line 2`),
    });
    expect(readFileSync(paths.codexConfigFile, 'utf8')).toBe(text);
  });

  test('in a place that is no folder is refused with a way out', async () => {
    const paths = await emptyPaths();
    mkdirSync(dirname(paths.dataFolder), { recursive: true });
    writeFileSync(paths.dataFolder, '');
    await expect(openOwn(paths)).rejects.toMatchObject({
      code: 'CODEX_HOME_UNUSABLE',
      hint: expect.stringContaining('CODEX_GLM_HOME'),
    });
  });

  test('a lock of a dead process is taken over', async () => {
    const paths = await emptyPaths();
    mkdirSync(paths.dataFolder, { recursive: true });
    const lock = join(paths.dataFolder, 'codex-home.lock');
    writeFileSync(lock, String(await deadPid()));
    await openOwn(paths);
    expect(existsSync(paths.codexConfigFile)).toBe(true);
    expect(existsSync(lock)).toBe(false);
  });
});

test('a count kept under the lock by several processes at once loses nothing', { timeout: 30_000 }, async () => {
  const { glmHome } = await testPlace();
  mkdirSync(glmHome, { recursive: true });
  const counter = join(glmHome, 'count');
  writeFileSync(counter, '0');
  const script = join(glmHome, 'count.mjs');
  await bundle(
    `import { readFileSync, writeFileSync } from 'node:fs';
     import { withFileLock } from './src/launch/files/file-lock.ts';
     for (let round = 0; round < 25; round++) {
       await withFileLock(${JSON.stringify(join(glmHome, 'lock'))}, () => {
         const count = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'));
         writeFileSync(${JSON.stringify(counter)}, String(count + 1));
       });
     }`,
    script,
  );
  const statuses = await Promise.all([1, 2, 3].map(() => run(script)));
  expect(statuses).toEqual([0, 0, 0]);
  expect(readFileSync(counter, 'utf8')).toBe('75');
  expect(readdirSync(glmHome).sort()).toEqual(['count', 'count.mjs']);
});

test('catalogs are named by their content and written once', async () => {
  const { catalogFolder } = await emptyPaths();
  const one = storeCatalog(catalogFolder, { models: [{ slug: 'a' }] });
  const other = storeCatalog(catalogFolder, { models: [{ slug: 'b' }] });
  chmodSync(one, 0o400);
  expect(storeCatalog(catalogFolder, { models: [{ slug: 'a' }] })).toBe(one);
  expectMode(one, 0o400);
  expect(readdirSync(catalogFolder)).toHaveLength(2);
  expect(JSON.parse(readFileSync(other, 'utf8'))).toEqual({ models: [{ slug: 'b' }] });
});

function run(script: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 20_000 });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

function deadPid(): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', '']);
    child.once('error', reject);
    child.once('exit', () => resolve(child.pid ?? 0));
  });
}
