import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const codex = join(root, 'node_modules/@openai/codex/bin/codex.js');
// outside of the checkout, whose node_modules holds a codex
const folder = mkdtempSync(join(tmpdir(), 'codex-glm-pack-'));
const command = join(folder, 'node_modules/.bin/codex-glm');

function run(file: string, args: string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, CODEX_GLM_HOME: join(folder, 'home'), ...environment };
  return execFileSync(file, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

beforeAll(() => {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    timeout: 60_000,
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--omit=peer', '--omit=optional', `./${tarball}`]);
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the packed command starts the codex it is given', () => {
  expect(run(command, ['--version'], { CODEX_GLM_CODEX_PATH: codex })).toMatch(/^codex-cli \d+\.\d+\.\d+\n/);
});

test('the packed command without codex says how to install it', () => {
  const nodeFolder = join(process.execPath, '..');
  expect(() => run(process.execPath, [command, '--provider', 'demo', 'exec', 'hi'], { PATH: nodeFolder })).toThrowError(
    expect.objectContaining({ status: 127, stderr: expect.stringContaining('npm install -g @openai/codex') }),
  );
});

test('the packed library serves from another program', () => {
  writeFileSync(
    join(folder, 'use.js'),
    `import { startProxy } from 'codex-glm';
     const proxy = await startProxy({ provider: { baseUrl: 'http://127.0.0.1:9/v1' }, apiKey: 'none' });
     const models = await fetch(proxy.url + '/models', { headers: { authorization: 'Bearer ' + proxy.token } });
     console.log(models.status);
     await proxy.close();`,
  );
  expect(run(process.execPath, ['use.js']).trim()).toBe('200');
});

test('the package holds no test, source or configuration file', () => {
  const files = readdirSync(join(folder, 'node_modules/codex-glm'));
  expect(files.sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'README.zh-CN.md',
    'bin',
    'dist',
    'package.json',
  ]);
});
