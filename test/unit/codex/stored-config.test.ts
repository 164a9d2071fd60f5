import { expect, test } from 'vitest';
import { findProvider } from '../../../src/catalog/catalog.ts';
import { readInvocation } from '../../../src/codex/arguments.ts';
import { chooseModel, keepVariablesHidden, shellExclude } from '../../../src/codex/stored-config.ts';

const provider = findProvider('zai-coding');
const none = { model: undefined };

test.each([
  ['nothing chosen: codex takes the first of the catalog', none, undefined, [{}], undefined],
  ['a stored model that the provider offers stands', none, undefined, [{ model: 'glm-5.2' }], undefined],
  ['a stored model of another provider gives way', none, undefined, [{ model: 'deepseek-v4' }], 'glm-5.3'],
  ['the profile file lies on top', none, undefined, [{ model: 'deepseek-v4' }, { model: 'glm-4.7' }], undefined],
  ['a setting wins over the stored model', none, 'glm-4.6', [{ model: 'glm-5.2' }], 'glm-4.6'],
  ['an argument wins over all', { model: 'mine' }, 'glm-4.6', [{ model: 'other' }], undefined],
])('%s', (_, invocation, model, layers, expected) => {
  expect(chooseModel(invocation, { model, provider }, layers)).toBe(expected);
});

function layer(exclude: unknown) {
  return { shell_environment_policy: { exclude } };
}

test("the uppermost layer's list of hidden variables counts", () => {
  expect(shellExclude([layer(['A']), layer(['B', 1])])).toEqual(['B']);
  expect(shellExclude([layer(['A']), { model: 'x' }])).toEqual(['A']);
  expect(shellExclude([{ shell_environment_policy: 'odd' }, layer('odd')])).toEqual([]);
});

test.each([
  [
    ['exec', '-c', 'shell_environment_policy.exclude=["FOO"]', 'do'],
    ['exec', '-c', 'shell_environment_policy.exclude=["FOO"]', '-c', hidden('"FOO", '), 'do'],
  ],
  [
    ['-cshell_environment_policy={inherit="all", exclude=["A"]}', 'exec', 'do'],
    ['-cshell_environment_policy={inherit="all", exclude=["A"]}', '-c', hidden('"A", '), 'exec', 'do'],
  ],
  [
    ['exec', '--config=shell_environment_policy={inherit="all"}', 'do'],
    ['exec', '--config=shell_environment_policy={inherit="all"}', '-c', hidden(''), 'do'],
  ],
  [
    ['exec', '-c', 'shell_environment_policy.inherit="all"', '--', '-c', 'shell_environment_policy.exclude=[]'],
    ['exec', '-c', 'shell_environment_policy.inherit="all"', '--', '-c', 'shell_environment_policy.exclude=[]'],
  ],
])('our variables stay hidden with %j', (given, expected) => {
  expect(keepVariablesHidden(readInvocation(given))).toEqual(expected);
});

function hidden(own: string): string {
  return `shell_environment_policy.exclude=[${own}"CODEX_GLM_*"]`;
}
