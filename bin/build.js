#!/usr/bin/env node
// Builds `dist/`: one small command-line entry whose heavy parts are chunks loaded on demand (start-up counts: a tree of
// package files costs hundreds of milliseconds before codex is spawned), the library entry, and the type declarations.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

rmSync(join(root, 'dist'), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  legalComments: 'none',
  define: { CODEX_GLM_VERSION: JSON.stringify(version) },
  // Some bundled packages are CommonJS and call `require` for node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), notices(Object.keys(metafile.inputs)));
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], { stdio: 'inherit' });

/** The licence text of every package whose code is inside the bundle. */
function notices(inputs) {
  const packages = new Set(inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
  return [...packages]
    .sort()
    .map((name) => {
      const folder = join(root, 'node_modules', name);
      const { version: packageVersion, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return `${name} ${packageVersion} (${license})\n\n${licenceText(folder)}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceText(folder) {
  for (const name of ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt', 'LICENCE']) {
    try {
      return readFileSync(join(folder, name), 'utf8').trim();
    } catch {
      // the next spelling
    }
  }
  throw new Error(`no licence file in ${folder}: a bundled package must bring its licence text`);
}
