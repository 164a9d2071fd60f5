import { describe, expect, test } from 'vitest';
import { completeProvider, findModel, findProvider, offeredModels } from '../../../src/catalog/catalog.ts';
import { familyOf } from '../../../src/catalog/family.ts';

test.each([
  ['glm-5.3', 'glm'],
  ['zai-org/GLM-5.3-FP8', 'glm'],
  ['~z-ai/glm-latest', 'glm'],
  ['k3-256k', 'kimi'],
  ['qwen3.8:27b', 'qwen'],
  ['MiniMaxAI/MiniMax-M3', 'minimax'],
  ['devstral-2512', 'mistral'],
  ['mistral-medium-2604', 'mistral'],
  ['openai/gpt-oss-120b', 'gpt-oss'],
  ['gpt-5.5', 'gpt'],
  ['2026', '2026'],
])('%s is of the family %s', (id, family) => {
  expect(familyOf(id)).toBe(family);
});

describe('a model that the catalog does not list', () => {
  test.each([
    ['zai', 'glm-6', 'glm-5.3', 'the main model of its family'],
    ['zai', 'glm-4.7-0916', 'glm-4.7', 'the model whose id it begins with'],
    ['zai', 'glm-5.3-flash-0916', 'glm-5.3-flash', 'the longest such id'],
    ['moonshot', 'kimi-k2.7-code-highspeed', 'kimi-k2.7-code', 'the model whose id it begins with'],
    ['siliconflow', 'deepseek-ai/DeepSeek-V5', 'deepseek-ai/DeepSeek-V4-Pro', 'another model of its family'],
  ])('on %s, %s has the traits of %s: %s', (providerId, id, relativeId) => {
    const provider = findProvider(providerId);
    const relative = findModel(provider, relativeId);
    const found = findModel(provider, id);
    expect(found).toMatchObject({
      id,
      contextTokens: relative.contextTokens,
      inputModalities: relative.inputModalities,
      reasoning: relative.reasoning,
    });
    expect(found).not.toHaveProperty('price');
    expect(found).not.toHaveProperty('status');
  });

  test('gets nothing from a main model of another family', () => {
    const found = findModel(findProvider('zai'), 'claude-opus-5');
    expect(found).toMatchObject({ id: 'claude-opus-5', family: 'claude', contextTokens: 131_072 });
    expect(found).not.toHaveProperty('reasoning');
    expect(found).not.toHaveProperty('toolStream');
  });

  test('has its usual window on a server that lists none', () => {
    expect(findModel(findProvider('vllm'), 'zai-org/GLM-5.2-FP8')).toMatchObject({
      family: 'glm',
      contextTokens: 202_752,
    });
  });
});

test('models are offered main and fast first, legacy last, retired never', () => {
  const provider = completeProvider({
    baseUrl: 'http://127.0.0.1:1/v1',
    mainModel: 'main',
    fastModel: 'fast',
    models: [
      { id: 'old', status: 'legacy' },
      { id: 'gone', status: 'retired' },
      { id: 'other' },
      { id: 'fast' },
      { id: 'main' },
    ],
  });
  expect(offeredModels(provider).map((model) => model.id)).toEqual(['main', 'fast', 'other', 'old']);
});
