import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findModel, findProvider } from '../../../../src/catalog/catalog.ts';
import type { ProviderDescription } from '../../../../src/catalog/provider.ts';
import { wireOf } from '../../../../src/proxy/exchange/provider-wire.ts';
import type { ResponsesRequest } from '../../../../src/protocol/responses.ts';
import { sealReasoning } from '../../../../src/translate/reasoning-envelope.ts';
import { keepOriginalItem } from '../../../../src/translate/native/original-item.ts';
import { toChatRequest } from '../../../../src/translate/request/to-chat-request.ts';
import { nativeViolations } from '../../../helpers/native-provider.ts';
import { fuzzed } from '../../../helpers/fuzz.ts';

const patchTool = { type: 'custom', name: 'apply_patch', description: 'Edits.', format: { type: 'text' } };
const otherTools = [
  { type: 'function', name: 'f', parameters: { type: 'object' } },
  { type: 'custom', name: 'exec' },
  { type: 'tool_search', description: 'Finds.' },
  { type: 'namespace', name: 'mcp__x', tools: [{ type: 'function', name: 'f' }] },
  { type: 'image_generation' },
];

function translate(
  providerId: string,
  request: Partial<ResponsesRequest>,
  modelId?: string,
  own: Partial<ProviderDescription> = {},
) {
  const wire = wireOf({ ...findProvider(providerId), ...own, wire: 'responses' });
  const { provider } = wire;
  const model = wire.modelOf(findModel(provider, modelId ?? provider.mainModel));
  const full: ResponsesRequest = { model: model.id, input: [], tools: [patchTool, ...otherTools], ...request };
  const { chat, tools, diagnostics } = toChatRequest(full, { model, rules: provider.rules });
  const text = wire.bodyOf(chat, { request: full, model, tools });
  return { body: JSON.parse(String(text)) as Record<string, unknown> & { input: unknown[] }, diagnostics };
}

const text = fc.oneof(fc.constant(''), fc.string({ maxLength: 8 }), fc.constant('{"a":1}'));
const id = fc.constantFrom('a', 'b', 'c', '');
const sealed = fc
  .tuple(fc.constantFrom('glm+responses', 'deepseek+responses', 'glm', 'kimi'), text)
  .map(([family, said]) => {
    const item = { type: 'reasoning', id: 'rs', summary: [], content: [{ type: 'reasoning_text', text: said }] };
    const details = JSON.stringify([keepOriginalItem(0, item)]);
    return {
      type: 'reasoning',
      summary: [],
      encrypted_content: sealReasoning({ family, field: 'reasoning_details', text: details }),
    };
  });
const item = fc.oneof(
  fc.record({ role: fc.constantFrom('user', 'developer', 'assistant'), content: text }),
  sealed,
  fc.record({
    type: fc.constant('function_call'),
    call_id: id,
    name: fc.constantFrom('f', 'g h', ''),
    arguments: text,
  }),
  fc.record({
    type: fc.constant('custom_tool_call'),
    call_id: id,
    name: fc.constantFrom('apply_patch', 'exec'),
    input: text,
  }),
  fc.record({ type: fc.constant('tool_search_call'), call_id: id, arguments: fc.constant({ query: 'q' }) }),
  fc.record({
    type: fc.constantFrom('function_call_output', 'custom_tool_call_output', 'tool_search_output'),
    call_id: id,
    output: text,
  }),
);
const history = fc.array(item, { maxLength: 12 });
const runs = { seed: 20_261_121, numRuns: 500 };

describe.each(['zai-coding', 'deepseek', 'xai'])('any history for %s', (providerId) => {
  const rules = findProvider(providerId).responsesRules ?? {};

  test('gives a request that it accepts', () => {
    fc.assert(
      fc.property(history, (input) => {
        expect(nativeViolations(translate(providerId, { input }).body, rules)).toEqual([]);
      }),
      fuzzed('native-history-accepted', runs),
    );
  });

  test('begins with the items of its shorter form, once that had no open call', () => {
    fc.assert(
      fc.property(history, history, (start, more) => {
        const closed = [
          ...start.filter((each) => !('type' in each) || !each.type.endsWith('_call')),
          { role: 'user', content: 'go on' },
        ];
        const before = translate(providerId, { input: closed }).body.input;
        expect(translate(providerId, { input: [...closed, ...more] }).body.input.slice(0, before.length)).toEqual(
          before,
        );
      }),
      fuzzed('native-history-append-only', runs),
    );
  });
});

describe('reasoning levels', () => {
  test.each([
    ['zai-coding', 'glm-5.3', 'minimal', { effort: 'low' }],
    ['zai-coding', 'glm-5.3', 'xhigh', { effort: 'max' }],
    ['xai', 'grok-4.7', 'max', { effort: 'xhigh' }],
    ['xai', 'grok-build-0.1', 'high', undefined],
    ['xiaomi-mimo', 'mimo-v2.6-pro', 'max', { effort: 'high' }],
    ['minimax', 'MiniMax-M3', 'high', { effort: 'high' }],
    ['deepseek', 'deepseek-v4-pro', 'none', { effort: 'none' }],
  ])('%s %s: %s is sent as %o', (providerId, modelId, effort, reasoning) => {
    expect(translate(providerId, { reasoning: { effort } }, modelId).body['reasoning']).toEqual(reasoning);
  });
});

test('text for the system is instructions when it leads, and a developer message where it stands later', () => {
  const { body } = translate('zai-coding', {
    instructions: 'Base.',
    input: [
      { role: 'developer', content: 'More.' },
      { role: 'user', content: 'Hi.' },
      { role: 'developer', content: 'Changed.' },
    ],
  });
  expect(body['instructions']).toBe('Base.\n\nMore.');
  expect(body.input).toMatchObject([{ role: 'user' }, { role: 'developer', content: [{ text: 'Changed.' }] }]);
});

test('images reach a model that sees and are notes for one that does not', () => {
  const content = [{ type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'high' }];
  const parts = (modelId: string) =>
    translate('zai-coding', { input: [{ role: 'user', content }] }, modelId).body.input;
  expect(parts('glm-5.3-flash')).toMatchObject([{ content: [{ type: 'input_image', detail: 'high' }] }]);
  expect(parts('glm-5.3')).toMatchObject([{ content: [{ type: 'input_text' }] }]);
});

test('earlier reasoning is left out where it is refused, and never crosses wires', () => {
  const original = { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] };
  const input = (family: string) => [
    { role: 'user', content: 'Hi.' },
    {
      type: 'reasoning',
      summary: [],
      encrypted_content: sealReasoning({
        family,
        field: 'reasoning_details',
        text: JSON.stringify([keepOriginalItem(0, original)]),
      }),
    },
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: 'And?' },
  ];
  expect(translate('zai-coding', { input: input('glm+responses') }).body.input).toContainEqual(original);
  expect(translate('zai-coding', { input: input('glm') }).diagnostics).toContainEqual({
    code: 'reasoning-dropped',
    detail: 'of family glm',
  });
  expect(JSON.stringify(translate('volcengine-ark', { input: input('doubao+responses') }).body)).not.toContain('Hm.');

  const openrouter = findProvider('openrouter');
  const target = { model: findModel(openrouter, 'z-ai/glm-5.3'), rules: openrouter.rules };
  const { chat, diagnostics } = toChatRequest({ model: '', input: input('glm+responses') }, target);
  expect(JSON.stringify(chat)).not.toContain('Hm.');
  expect(diagnostics).toContainEqual({ code: 'reasoning-dropped', detail: 'of family glm+responses' });
});

test('a forced tool is named by its kind', () => {
  const forced = { type: 'function', name: 'f' } as const;
  expect(translate('xai', { input: 'x', tool_choice: forced }).body['tool_choice']).toEqual(forced);
});

test('fields of the chat wire stay there; those of the settings are added and left out', () => {
  expect(translate('minimax', { input: 'x' }).body).not.toHaveProperty('reasoning_split');
  const { rules } = findProvider('minimax');
  const { body } = translate('minimax', { input: 'x' }, undefined, {
    rules: { ...rules, dropParams: ['store'] },
    responsesRules: { extraBody: { truncation: 'auto' } },
  });
  expect(body).toMatchObject({ truncation: 'auto' });
  expect(body).not.toHaveProperty('store');
});

test('only the freeform tool apply_patch is freeform, not another one of that name', () => {
  const inner = { type: 'function', name: 'apply_patch', description: 'Of a server.', parameters: { type: 'object' } };
  const tools = [patchTool, { type: 'custom', name: 'exec' }, { type: 'namespace', name: 'mcp__x', tools: [inner] }];
  const { body } = translate('zai-coding', { input: 'x', tools });
  expect(body['tools']).toMatchObject([
    patchTool,
    { type: 'function', name: 'exec' },
    { type: 'function', name: 'mcp__x__apply_patch' },
  ]);
});
