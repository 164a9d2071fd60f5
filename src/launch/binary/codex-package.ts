import { closeSync, existsSync, openSync, readSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The machine that codex is looked for on; a parameter so that every system's layout can be tested on one. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
}

/** A codex that can be spawned, and what its npm shim would have added to its environment. */
export interface FoundCodex {
  executable: string;
  variables: Record<string, string>;
  /** Old packages bring `rg` in a folder that belongs in front of PATH. */
  toolFolder?: string;
}

/**
 * The native binary inside an installed `@openai/codex`, as its own `bin/codex.js` finds it: in the platform's package,
 * or, in old releases, inside the package itself. It is started directly: the shim costs 200 ms and one more process.
 * @returns undefined when the release has no binary for this machine
 */
export function findNativeCodex(packageRoot: string, { platform, arch }: Machine): FoundCodex | undefined {
  const triple = targetTriple(platform, arch);
  if (!triple) return undefined;
  const root = realpathSync(packageRoot);
  const binary = platform === 'win32' ? 'codex.exe' : 'codex';
  const system = platform === 'android' ? 'linux' : platform;
  const vendorFolders = [platformPackage(root, `@openai/codex-${system}-${arch}`), root]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, 'vendor', triple));
  for (const vendor of vendorFolders) {
    // `codex/` in old packages (0.80), `bin/` in today's
    const executable = [join(vendor, 'bin', binary), join(vendor, 'codex', binary)].find((path) => existsSync(path));
    if (!executable) continue;
    const toolFolder = join(vendor, 'path');
    return { executable, variables: shimVariables(root), ...(existsSync(toolFolder) && { toolFolder }) };
  }
  return undefined;
}

/** The root of the `@openai/codex` whose npm shim `path` is (a link, a shell script or a .cmd file), if it is one. */
export function findShimPackage(path: string): string | undefined {
  const script = shimScript(path);
  return script && /[\\/]@openai[\\/]codex[\\/]bin[\\/]codex\.js$/.test(script) ? dirname(dirname(script)) : undefined;
}

function shimScript(path: string): string | undefined {
  const real = realpathSync(path);
  if (real.endsWith('.js')) return real;
  if (/\.exe$/i.test(real)) return undefined;
  const start = readStart(real);
  // What npm and pnpm write where they cannot link: "$basedir/../@openai/codex/bin/codex.js", "%dp0%\node_modules\..."
  const relative = /(?:\$basedir|%~?dp0%?)[\\/]([^"\r\n]*codex\.js)/.exec(start)?.[1];
  const target = relative && resolve(dirname(path), ...relative.split(/[\\/]/));
  return target && existsSync(target) ? realpathSync(target) : undefined;
}

/** The first 4 KiB: a native binary has hundreds of megabytes. */
function readStart(path: string): string {
  const buffer = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  try {
    return buffer.toString('latin1', 0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}

function targetTriple(platform: NodeJS.Platform, arch: string): string | undefined {
  const cpu = { x64: 'x86_64', arm64: 'aarch64' }[arch];
  const system = {
    linux: 'unknown-linux-musl',
    android: 'unknown-linux-musl',
    darwin: 'apple-darwin',
    win32: 'pc-windows-msvc',
  }[platform as string];
  return cpu && system && `${cpu}-${system}`;
}

function platformPackage(root: string, name: string): string | undefined {
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** codex's update hints name the package manager. */
function shimVariables(root: string): Record<string, string> {
  return { CODEX_MANAGED_PACKAGE_ROOT: root, [`CODEX_MANAGED_BY_${packageManager(root)}`]: '1' };
}

function packageManager(root: string): 'NPM' | 'PNPM' | 'BUN' {
  if (/[\\/]\.bun[\\/]install[\\/]global[\\/]/.test(root)) return 'BUN';
  for (let folder = root; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', '.modules.yaml'))) return 'PNPM';
  }
  return 'NPM';
}
