import { expect, test } from 'vitest';
import { toPlanQuota } from '../../../src/provider/glm-quota.ts';
import { modelIds } from '../../../src/provider/model-list.ts';

test('credits of both windows, with reset times', () => {
  const limits = [
    {
      type: 'CREDIT_LIMIT',
      unit: 3,
      number: 5,
      usage: 12_000,
      currentValue: 300,
      percentage: 2.5,
      nextResetTime: 1_790_000_000_000,
    },
    { type: 'TIME_LIMIT', unit: 5, number: 1, percentage: 0 },
    { type: 'NEW_KIND', unit: 9 },
  ];
  expect(toPlanQuota({ code: 200, success: true, data: { level: 'max', limits } })).toEqual({
    level: 'max',
    limits: [
      { period: '5 hours', kind: 'credits', usedPercent: 2.5, used: 300, total: 12_000, resetsAtMs: 1_790_000_000_000 },
      { period: '1 month', kind: 'tools', usedPercent: 0 },
      { period: 'period', kind: 'other' },
    ],
  });
});

test.each([{ success: false, msg: 'no plan' }, { data: null }, [], null, 'text'])('%j is no plan', (answer) => {
  expect(toPlanQuota(answer)).toBeUndefined();
});

test.each([
  [{ data: [{ id: 'a' }, { id: 'b' }] }, ['a', 'b']],
  [{ models: [{ slug: 'a' }, { name: 'b' }] }, ['a', 'b']],
  [
    ['a', { id: 'b' }],
    ['a', 'b'],
  ],
  [{ data: [{ id: 5 }, {}, null, { id: '' }] }, []],
  ['text', []],
])('a list of models as %j', (answer, ids) => {
  expect(modelIds(answer)).toEqual(ids);
});
