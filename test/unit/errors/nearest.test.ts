import { expect, test } from 'vitest';
import { nearest } from '../../../src/errors/nearest.ts';

const known = ['zai', 'zai-coding', 'deepseek', 'dashscope', 'xai', '--provider', '--quiet'];

test.each([
  ['zia', 'zai'],
  ['zai-codin', 'zai-coding'],
  ['DeepSek', 'deepseek'],
  ['dashcsope', 'dashscope'],
  ['--provder', '--provider'],
  ['openai', undefined],
  ['xxx', undefined],
  ['', undefined],
])('%s: did you mean %s?', (word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});
