import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findProvider, offeredModels, providers } from '../../src/catalog/catalog.ts';
import { codexModelCatalog } from '../../src/codex/model-catalog.ts';
import { newestTested } from '../../src/codex/versions.ts';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

test.each(providers.map(({ id }) => id))(
  'codex takes the catalog of %s without a word, and knows exactly its models',
  async (id) => {
    const place = await testPlace();
    await mkdir(place.glmHome, { recursive: true });
    const provider = findProvider(id);
    const file = join(place.glmHome, 'catalog.json');
    await writeFile(file, JSON.stringify(codexModelCatalog(provider, [], newestTested)));

    const { stdout, stderr } = await run(['debug', 'models', '-c', `model_catalog_json=${file}`], {
      ...place.environment,
      CODEX_HOME: place.glmHome,
    });

    expect(stderr).toBe('');
    const { models } = JSON.parse(stdout) as { models: Record<string, unknown>[] };
    expect(models.map(({ slug }) => slug)).toEqual(offeredModels(provider).map((model) => model.id));
    for (const [index, model] of offeredModels(provider).entries()) {
      expect(models[index]).toMatchObject({
        display_name: model.name,
        context_window: model.contextTokens,
        input_modalities: model.inputModalities,
        apply_patch_tool_type: 'freeform',
      });
      const levels = models[index]?.['supported_reasoning_levels'] as { effort: string }[];
      expect(levels.map(({ effort }) => effort)).toEqual(model.reasoning?.efforts ?? []);
    }
  },
);

/** Runs the real codex to its end; rejects when it fails or takes longer than 30 s. */
function run(args: string[], env: Record<string, string>): Promise<{ stdout: string; stderr: string }> {
  const codex = join(repositoryRoot, 'node_modules/.bin/codex');
  return new Promise((resolve, reject) => {
    execFile(codex, args, { env, timeout: 30_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(error);
      else resolve({ stdout, stderr });
    });
  });
}
