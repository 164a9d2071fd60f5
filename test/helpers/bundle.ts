import { basename, dirname } from 'node:path';
import { rolldown } from 'rolldown';
import { repositoryRoot } from './test-place.ts';

/**
 * Writes a module that may import from `./src/…` to `outFile` (.mjs), with all that it needs: node 20 runs no TypeScript.
 */
export async function bundle(source: string, outFile: string): Promise<void> {
  const entry = 'entry of the test';
  const build = await rolldown({
    cwd: repositoryRoot,
    input: entry,
    platform: 'node',
    transform: { target: 'node20.19', define: { CODEX_GLM_VERSION: '"0.0.0"' } },
    checks: { eval: false },
    plugins: [
      {
        name: 'source',
        resolveId: (id, importer) =>
          id === entry ? id : importer === entry && id.startsWith('.') ? `${repositoryRoot}${id.slice(1)}` : null,
        load: (id) => (id === entry ? source : null),
      },
    ],
  });
  await build.write({
    dir: dirname(outFile),
    entryFileNames: basename(outFile),
    chunkFileNames: '[name]-[hash].mjs',
    format: 'esm',
  });
  await build.close();
}
