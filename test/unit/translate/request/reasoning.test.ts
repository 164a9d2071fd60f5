import { expect, test } from 'vitest';
import { effortScale, type ModelDescription, type ReasoningDescription } from '../../../../src/catalog/provider.ts';
import { reasoningFields } from '../../../../src/translate/request/reasoning.ts';

function thinkingModel(reasoning: ReasoningDescription): ModelDescription {
  return {
    id: 'm',
    name: 'M',
    description: '',
    contextTokens: 1000,
    maxOutputTokens: 100,
    inputModalities: ['text'],
    family: 'm',
    reasoning,
  };
}

const offHigh = { efforts: ['none', 'high'], default: 'high' } as const;

test.each<[ReasoningDescription['control'], off: object | undefined, on: object]>([
  ['always-on', undefined, {}],
  ['thinking', { thinking: { type: 'disabled' } }, { thinking: { type: 'enabled' } }],
  ['reasoning_effort', { reasoning_effort: 'none' }, { reasoning_effort: 'high' }],
  [
    'thinking+reasoning_effort',
    { thinking: { type: 'disabled' } },
    { thinking: { type: 'enabled' }, reasoning_effort: 'high' },
  ],
  ['reasoning.effort', { reasoning: { effort: 'none' } }, { reasoning: { effort: 'high' } }],
  ['enable_thinking', { enable_thinking: false }, { enable_thinking: true }],
  ['enable_thinking+reasoning_effort', { enable_thinking: false }, { enable_thinking: true, reasoning_effort: 'high' }],
  ['thinking_budget', { enable_thinking: false }, { thinking_budget: 4096 }],
])('%s says off and on', (control, off, on) => {
  const model = thinkingModel({ control, ...offHigh, budgets: { high: 4096 } });
  if (off) expect(reasoningFields(model, 'none')).toEqual(off);
  expect(reasoningFields(model, 'high')).toEqual(on);
});

test('a model that does not think gets no switch', () => {
  const { reasoning: _, ...plain } = thinkingModel({ control: 'thinking', ...offHigh });
  expect(reasoningFields(plain, 'high')).toEqual({});
});

/** Levels sent for none, minimal, low, medium, high, xhigh, max. */
test.each<[string, Omit<ReasoningDescription, 'control'>, string]>([
  [
    'the weakest that is strong enough',
    { efforts: ['low', 'high', 'max'], default: 'max' },
    'low low low high high max max',
  ],
  [
    'the strongest for more',
    { efforts: ['none', 'low', 'medium'], default: 'low' },
    'none low low medium medium medium medium',
  ],
  [
    'what the provider makes of it',
    { efforts: ['low', 'high', 'max'], default: 'high', aliases: { xhigh: 'high' } },
    'low low low high high high max',
  ],
  [
    "the provider's word",
    { efforts: ['low', 'high', 'max'], default: 'max', words: { max: 'xhigh' } },
    'low low low high high xhigh xhigh',
  ],
])('a level that the model lacks becomes %s', (_, description, sent) => {
  const model = thinkingModel({ control: 'reasoning_effort', ...description });
  expect(effortScale.map((effort) => reasoningFields(model, effort).reasoning_effort).join(' ')).toBe(sent);
});

test.each([undefined, null, '', 'ultra', 'constructor'])('%j, which is no level, means the default', (effort) => {
  const model = thinkingModel({ control: 'reasoning_effort', efforts: ['low', 'high'], default: 'high' });
  expect(reasoningFields(model, effort)).toEqual({ reasoning_effort: 'high' });
});

test('further fields of `thinking` are sent only while it is on', () => {
  const model = thinkingModel({ control: 'thinking', ...offHigh, thinkingFields: { keep: 'all' } });
  expect(reasoningFields(model, 'high')).toEqual({ thinking: { type: 'enabled', keep: 'all' } });
  expect(reasoningFields(model, 'none')).toEqual({ thinking: { type: 'disabled' } });
});

test('a provider may have its own word for thinking that is on', () => {
  const model = thinkingModel({ control: 'thinking', ...offHigh, words: { high: 'adaptive' } });
  expect(reasoningFields(model, 'max')).toEqual({ thinking: { type: 'adaptive' } });
});
