import { expect, test } from 'vitest';
import { readInvocation } from '../../../src/codex/arguments.ts';

const resolve = (name: string) => (name === 'gpt-5.5' ? 'glm-5.3' : name);

test.each([
  [
    ['-m', 'gpt-5.5', 'exec', 'hi'],
    ['-m', 'glm-5.3', 'exec', 'hi'],
  ],
  [
    ['exec', '--model', 'gpt-5.5', 'hi'],
    ['exec', '--model', 'glm-5.3', 'hi'],
  ],
  [['--model=gpt-5.5'], ['--model=glm-5.3']],
  [['-mgpt-5.5'], ['-mglm-5.3']],
  [
    ['-c', 'model=gpt-5.5'],
    ['-c', 'model="glm-5.3"'],
  ],
  [['--config=model="gpt-5.5"'], ['--config=model="glm-5.3"']],
  [
    ['-m', 'glm-6', 'gpt-5.5'],
    ['-m', 'glm-6', 'gpt-5.5'],
  ],
  [
    ['exec', '--', '-m', 'gpt-5.5'],
    ['exec', '--', '-m', 'gpt-5.5'],
  ],
  [
    ['-c', 'model_provider=gpt-5.5'],
    ['-c', 'model_provider=gpt-5.5'],
  ],
])('codex is given the model that a name stands for: %j -> %j', (asked, given) => {
  expect(readInvocation(asked, resolve).arguments).toEqual(given);
});

test('the model that was asked for is the resolved one', () => {
  expect(readInvocation(['-m', 'gpt-5.5'], resolve).model).toBe('glm-5.3');
});
