import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findModel, findProvider } from '../../../../src/catalog/catalog.ts';
import { glmViolations } from '../../../../src/demo/glm-rules.ts';
import { sealReasoning } from '../../../../src/translate/reasoning-envelope.ts';
import { sealText } from '../../../../src/translate/sealed-text.ts';
import { toChatRequest } from '../../../../src/translate/request/to-chat-request.ts';
import { fuzzed } from '../../../helpers/fuzz.ts';

const zai = findProvider('zai');
const runs = { seed: 20_261_121, numRuns: 1000 };
const reasoningFields = ['reasoning_content', 'reasoning', 'reasoning_details'] as const;

const text = fc.oneof(fc.constant(''), fc.string({ maxLength: 12 }), fc.constant('{"a":1}'));
const id = fc.constantFrom('a', 'b', 'c', '');
const name = fc.constantFrom('exec_command', 'add numbers', 'apply_patch', 'x'.repeat(70), '');
const image = fc.constantFrom('data:image/png;base64,AA==', 'https://example.org/a.png', {
  url: 'data:image/png;base64,AA==',
});
const part = fc.oneof(
  fc.record({ type: fc.constantFrom('input_text', 'output_text', 'text', 'summary_text', 'novelty'), text }),
  fc.record({
    type: fc.constantFrom('input_image', 'image_url'),
    image_url: image,
    detail: fc.constantFrom('high', 'x'),
  }),
  fc.record({ type: fc.constant('input_image'), file_id: fc.constant('file-1') }),
  fc.record({ type: fc.constant('refusal'), refusal: text }),
  fc.record({ type: fc.constant('input_file'), filename: text, file_data: fc.constant('AA==') }),
);
/** Nothing that belongs there. */
const junk = fc.constantFrom<unknown>(null, 5, true, {}, [], [null], [5, {}], { type: 5 });
const content = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 4, arbitrary: fc.array(part, { maxLength: 3 }) },
  { weight: 1, arbitrary: junk },
);
const orJunk = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: junk });
const tool = fc.oneof(
  fc.record({ type: fc.constantFrom('function', 'custom'), name: orJunk(name), parameters: orJunk(fc.constant({})) }),
  fc.record({
    type: fc.constant('namespace'),
    name: fc.constantFrom('mcp__x', 'mcp__y'),
    tools: orJunk(fc.array(fc.record({ type: fc.constant('function'), name }), { maxLength: 2 })),
  }),
  fc.record({ type: fc.constantFrom('web_search', 'tool_search', 'image_generation', 'novelty') }),
);
const tools = orJunk(fc.array(orJunk(tool), { maxLength: 3 }));

const item: fc.Arbitrary<unknown> = fc.oneof(
  fc.record(
    { type: fc.constant('message'), role: fc.constantFrom('user', 'developer', 'system', 'assistant'), content },
    { requiredKeys: ['role', 'content'] },
  ),
  fc.record({ role: orJunk(fc.constantFrom('critic', '')), content }),
  fc
    .record({ family: fc.constantFrom('glm', 'glm', 'kimi'), field: fc.constantFrom(...reasoningFields), text })
    .map((sealed) => ({ type: 'reasoning', summary: [], encrypted_content: sealReasoning(sealed) })),
  fc.record({
    type: fc.constant('reasoning'),
    summary: orJunk(fc.constant([])),
    content: orJunk(fc.constant([{ type: 'reasoning_text', text: 'raw' }])),
    encrypted_content: orJunk(fc.constantFrom('gAAAAABo', '', 'codex-glm-reasoning:1:glm:reasoning_content:x\ny')),
  }),
  fc.record({
    type: fc.constant('function_call'),
    call_id: orJunk(id),
    name: orJunk(name),
    namespace: orJunk(fc.constantFrom('mcp__x', null)),
    arguments: orJunk(text),
  }),
  fc.record({ type: fc.constant('custom_tool_call'), call_id: orJunk(id), name: orJunk(name), input: orJunk(text) }),
  fc.record({
    type: fc.constant('tool_search_call'),
    call_id: orJunk(id),
    arguments: orJunk(fc.constant({ query: 'q' })),
  }),
  fc.record({
    type: fc.constant('local_shell_call'),
    call_id: orJunk(id),
    action: orJunk(fc.constant({ command: ['ls'] })),
  }),
  fc.record({
    type: fc.constantFrom('function_call_output', 'custom_tool_call_output', 'local_shell_call_output'),
    call_id: orJunk(id),
    output: content,
  }),
  // an output that nobody asked for, without call_id (goal_objective, codex 0.169)
  fc.record({ type: fc.constant('function_call_output'), name: fc.constant('goal_objective'), output: content }),
  fc.record({ type: fc.constant('tool_search_output'), call_id: orJunk(id), tools }),
  fc.record({ type: fc.constant('additional_tools'), role: fc.constant('developer'), tools }),
  fc.record({
    type: fc.constantFrom('compaction', 'compaction_summary'),
    encrypted_content: orJunk(fc.constantFrom(sealText('compaction', 'summary', 'All of it.'), 'gAAAAABo', '')),
  }),
  fc.record({
    type: fc.constantFrom('web_search_call', 'item_reference', 'compaction_trigger', 'novelty', 'message'),
  }),
  junk,
);
const history = fc.array(item, { maxLength: 14 });

describe.each(['glm-5.3', 'glm-5.3-flash'])('any history for %s', (modelId) => {
  const target = { model: findModel(zai, modelId), rules: zai.rules };
  const declared = { tools: [{ type: 'function', name: 'exec_command', description: '', parameters: {} }] };
  const translate = (input: unknown[]) => toChatRequest({ model: modelId, input, ...declared }, target).chat;

  test('gives a request that GLM accepts', () => {
    fc.assert(
      fc.property(history, (input) => {
        expect(glmViolations(translate(input))).toEqual([]);
      }),
      fuzzed('history-accepted', runs),
    );
  });

  test('begins with the messages of its shorter form, once that had no loose end', () => {
    fc.assert(
      fc.property(history, history, (start, more) => {
        // a user message closes every open turn; unanswered calls are a named repair and excluded
        const closed = [...start.filter(isSettled), { type: 'message', role: 'user', content: 'go on' }];
        const before = translate(closed).messages;
        expect(translate([...closed, ...more]).messages.slice(0, before.length)).toEqual(before);
      }),
      fuzzed('history-append-only', runs),
    );
  });
});

/** Calls need outputs to be settled; without any, nothing is repaired at the end. */
function isSettled(one: unknown): boolean {
  const type: unknown = typeof one === 'object' && one !== null && 'type' in one ? one.type : undefined;
  return typeof type !== 'string' || !type.endsWith('_call') || type === 'web_search_call';
}

test('rounds of calls and outputs only ever add to the end', () => {
  const target = { model: findModel(zai, 'glm-5.3'), rules: zai.rules };
  const round = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), text), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(round, { minLength: 2, maxLength: 6 }), (rounds) => {
      const items: unknown[] = [
        { role: 'developer', content: 'S' },
        { role: 'user', content: 'go' },
      ];
      let previous: unknown[] = [];
      for (const calls of rounds) {
        for (const [call_id, said] of calls) items.push({ type: 'function_call', call_id, name: 'f', arguments: said });
        for (const [call_id, said] of calls) items.push({ type: 'function_call_output', call_id, output: said });
        const { messages } = toChatRequest({ model: 'glm-5.3', input: items }, target).chat;
        expect(messages.slice(0, previous.length)).toEqual(previous);
        previous = messages;
      }
    }),
    fuzzed('history-rounds', runs),
  );
});
