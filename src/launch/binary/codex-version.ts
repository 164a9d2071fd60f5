import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { secretVariable } from '../../provider/redact.ts';

/**
 * The version that an installed codex was packaged as, read from the package around its binary: `codex-package.json` in new
 * releases, the platform package's `package.json` (`0.107.0-linux-x64`) in all.
 * @returns undefined for a binary that stands alone
 */
export function packagedVersion(executable: string): string | undefined {
  let folder = dirname(executable);
  // vendor/<triple>/bin/codex: the package is four folders up
  for (let level = 0; level < 5; level++, folder = dirname(folder)) {
    const version =
      versionIn(join(folder, 'codex-package.json')) ?? versionIn(join(folder, 'package.json'), '@openai/codex');
    if (version !== undefined) return version.replace(/-(linux|darwin|win32)-\w+$/, '');
  }
  return undefined;
}

/**
 * What `codex --version` says (14 ms); undefined when it says nothing of the kind within 5 s.
 * @param environment without it codex would look into the user's own home; keys in it are withheld
 */
export function reportedVersion(executable: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !secretVariable.test(name)));
    execFile(executable, ['--version'], { env, timeout: 5_000, windowsHide: true }, (_error, stdout) =>
      resolve(/^codex\S* (\d+\.\d+\.\d+\S*)/m.exec(stdout)?.[1]),
    );
  });
}

/**
 * The version of an installed codex: that of its package, else what it says itself.
 * @param codexHome where it may look for a home; nothing is put there
 */
export async function installedVersion(
  executable: string,
  environment: NodeJS.ProcessEnv,
  codexHome: string,
): Promise<string | undefined> {
  return packagedVersion(executable) ?? (await reportedVersion(executable, { ...environment, CODEX_HOME: codexHome }));
}

function versionIn(file: string, name?: string): string | undefined {
  try {
    const { name: found, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
    return typeof version === 'string' && (name === undefined || found === name) ? version : undefined;
  } catch {
    return undefined;
  }
}
