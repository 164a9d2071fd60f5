import { expect, test } from 'vitest';
import { findProvider } from '../../../src/catalog/catalog.ts';
import { resolveModelName } from '../../../src/catalog/model-names.ts';

const zai = findProvider('zai');

test.each([
  ['glm-5.2', 'glm-5.2', 'an exact id'],
  ['', 'glm-5.3', 'no name'],
  ['gpt-5.5', 'glm-5.3', 'a big model of OpenAI'],
  ['gpt-5.4', 'glm-5.3', 'a big model of OpenAI'],
  ['gpt-5.3-codex', 'glm-5.3', 'a coding model of OpenAI'],
  ['gpt-4o', 'glm-5.3', 'a big model of OpenAI'],
  ['gpt-4-turbo', 'glm-5.3', 'a big model of OpenAI'],
  ['gpt-4', 'glm-5.3', 'a big model of OpenAI'],
  ['gpt-4o-mini', 'glm-5.3-flash', 'a small model of OpenAI'],
  ...['glm-5.1', 'glm-5-turbo', 'glm-5', 'glm-4.7'].map((id) => [id, id, 'a model of before']),
  ['gpt-5.4-mini', 'glm-5.3-flash', 'a small model of OpenAI'],
  ['gpt-4.1-nano', 'glm-5.3-flash', 'a small model of OpenAI'],
  ['gpt-5.3-codex-spark', 'glm-5.3-flash', 'a small model of OpenAI'],
  ['gpt-3.5-turbo', 'glm-5.3-flash', 'a small model of OpenAI'],
  ['gpt-6', 'glm-5.3', 'a big model of OpenAI'],
  ['o4-mini', 'glm-5.3-flash', 'a small model of OpenAI'],
  ['codex-auto-review', 'glm-5.3', 'a model of codex itself'],
  ['codex-mini-latest', 'glm-5.3-flash', 'a small model of codex itself'],
  ['GLM-5.3-Flash', 'glm-5.3-flash', 'an id in another case'],
  ['glm-5.3[1m]', 'glm-5.3', 'a long-window suffix'],
  ['glm-6', 'glm-6', 'an id the catalog does not know'],
])('%s is %s: %s', (requested, id) => {
  expect(resolveModelName(requested, zai)).toBe(id);
});

test("an unlisted model of the provider's own family is never taken for a nickname", () => {
  expect(resolveModelName('grok-3-mini', findProvider('xai'))).toBe('grok-3-mini');
  expect(resolveModelName('gpt-5.4-mini', findProvider('xai'))).toBe('grok-build-0.1');
  // gpt-oss is no family of gpt-5
  expect(resolveModelName('gpt-5.5', findProvider('groq'))).toBe('openai/gpt-oss-120b');
});

test.each([
  ['openrouter', 'openai/gpt-5.4-mini'],
  ['ollama', 'phi4-mini'],
  ['ollama', 'gpt-oss:20b'],
  ['openai-compatible', 'gpt-4o'],
  ['openai-compatible', 'gpt-5.4-mini'],
  ['vllm', 'my-codex'],
])('at %s, %s is meant as it is', (provider, name) => {
  expect(resolveModelName(name, findProvider(provider))).toBe(name);
});

test('at a server that alone knows its models, a model of OpenAI stands for the one that the catalog names', () => {
  expect(resolveModelName('gpt-5.5', findProvider('ollama'))).toBe('glm-4.7-flash');
});

test("the user's aliases win over the common ones, and * catches the rest", () => {
  const aliases = { 'gpt-5*': 'fast', '*': 'glm-5.1' };
  expect(resolveModelName('gpt-5.5', zai, aliases)).toBe('glm-5.3-flash');
  expect(resolveModelName('gpt-4o', zai, aliases)).toBe('glm-5.3');
  expect(resolveModelName('o9', zai, aliases)).toBe('glm-5.1');
});
