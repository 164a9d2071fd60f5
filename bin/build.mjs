#!/usr/bin/env node
// Builds `dist/`: one small command-line entry whose heavy parts are chunks loaded on demand (start-up counts: a tree of
// package files costs hundreds of milliseconds before codex is spawned), the library entry, and the type declarations.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

rmSync(join(root, 'dist'), { recursive: true, force: true });
const inputs = [
  // What `codex-glm exec` needs before codex is spawned is one file, and what its first request needs is another: each
  // further file costs about half a millisecond. CommonJS, see bin/codex-glm.js.
  ...(await bundle({ cli: 'src/cli/main.ts' }, 'cjs', ['src/cli/main.ts', 'src/proxy/server.ts'])),
  // What loads them.
  ...(await bundle({ 'code-cache': 'src/cli/code-cache.ts' }, 'cjs', [])),
  // With its own copy of everything: programs load one or the other.
  ...(await bundle({ index: 'src/index.ts' }, 'esm', ['src/index.ts'])),
];
writeFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), notices(inputs));
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], { stdio: 'inherit' });

/**
 * Bundles an entry into `dist/`. All that a module of `together` imports statically, itself or through others, comes into
 * one file with it; what stands in an earlier one is not repeated. Each dynamic import is a file of its own.
 * @returns the ids of the modules that went in
 */
async function bundle(input, format, together) {
  let files;
  const build = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    transform: { target: 'node20.19', define: { CODEX_GLM_VERSION: JSON.stringify(version) } },
    // in @iarna/toml: it asks for node's own `util`, in words that no bundler sees
    checks: { eval: false, ineffectiveDynamicImport: false },
  });
  const { output } = await build.write({
    dir: 'dist',
    format,
    // `import()` would start node's loader for ES modules, and does not work in code that comes from a cache.
    dynamicImportInCjs: false,
    entryFileNames: `[name].${format === 'cjs' ? 'cjs' : 'js'}`,
    chunkFileNames: `[name]-[hash].${format === 'cjs' ? 'cjs' : 'js'}`,
    // Loading takes as long as the text is. Names stay, for stack traces.
    minify: { compress: true, mangle: { keepNames: true }, codegen: true },
    comments: false,
    codeSplitting: {
      groups: [
        {
          debugName: 'together',
          name(id, context) {
            files ??= together.map((module) => [
              `${basename(module, '.ts')}-all`,
              staticImports(join(root, module), (each) => context.getModuleInfo(each)?.importedIds ?? []),
            ]);
            return files.find(([, modules]) => modules.has(id))?.[0] ?? null;
          },
        },
      ],
    },
  });
  await build.close();
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

function staticImports(entry, importsOf) {
  const found = new Set();
  const open = [entry];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...importsOf(id));
  }
  return found;
}

/** The licence text of every package whose code is inside the bundle. */
function notices(inputs) {
  const packages = new Set(inputs.flatMap((input) => /\bnode_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
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
