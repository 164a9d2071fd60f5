import { createRequire } from 'node:module';

/** Set by the build (see `bin/build.mjs`); not there when the sources run unbundled, as in tests. */
declare const CODEX_GLM_VERSION: string | undefined;

/** The version of this package, as in its package.json. */
export const version: string = typeof CODEX_GLM_VERSION === 'string' ? CODEX_GLM_VERSION : readPackageVersion();

function readPackageVersion(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return version;
}
