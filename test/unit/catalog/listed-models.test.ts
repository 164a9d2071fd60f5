import { expect, test } from 'vitest';
import { findProvider } from '../../../src/catalog/catalog.ts';
import { withListedModels } from '../../../src/catalog/listed-models.ts';

test('a new model of the family gets its relatives’ traits; what cannot chat stays away', () => {
  const provider = withListedModels(findProvider('zai'), ['glm-5.3', 'glm-6', 'embedding-3', 'cogview-4']);
  const added = provider.models.slice(findProvider('zai').models.length);
  expect(added).toMatchObject([{ id: 'glm-6', family: 'glm', toolStream: true, contextTokens: 1_048_576 }]);
  expect(provider.mainModel).toBe('glm-5.3');
});

test('of a server that alone knows its models, the first becomes the main one', () => {
  const provider = withListedModels(findProvider('vllm'), ['Qwen/Qwen3.8-27B', 'other']);
  expect(provider).toMatchObject({ mainModel: 'Qwen/Qwen3.8-27B', fastModel: 'Qwen/Qwen3.8-27B' });
  expect(provider.models.map(({ id }) => id)).toEqual(['Qwen/Qwen3.8-27B', 'other']);
});

test('an aggregator’s hundreds are cut, and an empty list changes nothing', () => {
  const many = Array.from({ length: 500 }, (_, index) => `z-ai/glm-x${index}`);
  const base = findProvider('openrouter');
  expect(withListedModels(base, many).models.length).toBeLessThanOrEqual(base.models.length + 40);
  expect(withListedModels(base, [])).toBe(base);
});
