import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { CodexError } from '../../errors/errors.ts';
import { findNativeCodex, findShimPackage, type FoundCodex, type Machine } from './codex-package.ts';

export interface FindCodexInput {
  environment: NodeJS.ProcessEnv;
  machine?: Machine;
  /** The script that runs now: a `codex` on PATH that leads back to it is passed over. */
  ownScript?: string | undefined;
  /** From where the package's own dependency is looked for. */
  ownModule?: string;
}

const installHint = 'Install it: npm install -g @openai/codex';

/**
 * The codex to start: CODEX_GLM_CODEX_PATH, then `codex` on PATH, then the package's own node_modules.
 * @throws CodexError CODEX_NOT_FOUND
 */
export function findCodex(input: FindCodexInput): FoundCodex {
  const { environment, machine = process, ownScript = process.argv[1], ownModule = import.meta.url } = input;
  const named = environment['CODEX_GLM_CODEX_PATH'];
  if (named) return namedCodex(resolve(named), machine);

  const self = ownScript && existsSync(ownScript) ? realpathSync(ownScript) : undefined;
  let withoutBinary: string | undefined;
  for (const path of onPath(environment, machine.platform)) {
    if (realpathSync(path) === self) continue;
    const found = resolveCodex(path, machine);
    if (found) return found;
    withoutBinary ??= path;
  }
  const own = ownPackage(ownModule);
  const found = own && findNativeCodex(own, machine);
  if (found) return found;
  withoutBinary ??= own;
  if (withoutBinary) throw noBinary(withoutBinary, machine);
  throw new CodexError('CODEX_NOT_FOUND', 'There is no codex on PATH.', { hint: installHint });
}

function namedCodex(path: string, machine: Machine): FoundCodex {
  if (!isFile(path)) {
    throw new CodexError('CODEX_NOT_FOUND', `There is no codex at ${path} (CODEX_GLM_CODEX_PATH).`, {
      hint: 'Correct the variable, or unset it to use the codex on PATH.',
    });
  }
  const found = resolveCodex(path, machine);
  if (!found) throw noBinary(path, machine);
  return found;
}

/** A shim is replaced by the binary behind it; anything else runs as it is, but a script of Windows, which needs a shell. */
function resolveCodex(path: string, machine: Machine): FoundCodex | undefined {
  const packageRoot = findShimPackage(path);
  if (packageRoot) return findNativeCodex(packageRoot, machine);
  if (machine.platform === 'win32' && !/\.exe$/i.test(path)) return undefined;
  return { executable: path, variables: {} };
}

function noBinary(path: string, { platform, arch }: Machine): CodexError {
  return new CodexError('CODEX_NOT_FOUND', `The codex at ${path} has no binary for ${platform}-${arch}.`, {
    hint:
      'Install it anew, with its optional dependencies: npm install -g @openai/codex@latest' +
      (platform === 'win32' ? '; or name a codex.exe in CODEX_GLM_CODEX_PATH.' : ''),
  });
}

function onPath(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const names = platform === 'win32' ? ['codex.exe', 'codex.cmd'] : ['codex'];
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter(Boolean);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .filter((path) => isFile(path) && (platform === 'win32' || isExecutable(path)));
}

function ownPackage(ownModule: string): string | undefined {
  try {
    return dirname(createRequire(ownModule).resolve('@openai/codex/package.json'));
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // a folder of the PATH that others may not look into
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
