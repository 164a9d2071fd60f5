import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { findPaths } from '../config/paths.ts';
import { childEnvironment } from './child-environment.ts';
import { findCodex } from './binary/find-codex.ts';

/**
 * Runs a plain command of codex that ends at once, and keeps what it prints; its errors go to our own stderr.
 * @throws CodexError CODEX_NOT_FOUND
 */
export function captureCodex(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): { status: number; stdout: string } {
  const codex = findCodex({ environment });
  const { codexHome } = findPaths(environment);
  // codex warns when its home does not exist.
  mkdirSync(codexHome, { recursive: true, mode: 0o700 });
  const { status, stdout } = spawnSync(codex.executable, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: childEnvironment({ environment, codexHome, mark: '', codex }),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    windowsHide: true,
  });
  return { status: status ?? 1, stdout };
}
