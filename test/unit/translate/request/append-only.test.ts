import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findModel, findProvider } from '../../../../src/catalog/catalog.ts';
import { glmViolations } from '../../../../src/demo/glm-rules.ts';
import { sealReasoning } from '../../../../src/translate/reasoning-envelope.ts';
import { toChatRequest } from '../../../../src/translate/request/to-chat-request.ts';

const zai = findProvider('zai');
const runs = { seed: 20_261_121, numRuns: 500 };

const text = fc.oneof(fc.constant(''), fc.string({ maxLength: 12 }), fc.constant('{"a":1}'));
const id = fc.constantFrom('a', 'b', 'c', '');
const name = fc.constantFrom('exec_command', 'add numbers', 'apply_patch', 'x'.repeat(70), '');
const content = fc.oneof(
  text,
  fc.array(
    fc.oneof(
      fc.record({ type: fc.constantFrom('input_text', 'output_text'), text }),
      fc.record({ type: fc.constant('input_image'), image_url: fc.constant('data:image/png;base64,AA==') }),
    ),
    { maxLength: 3 },
  ),
);

const item = fc.oneof(
  fc.record({
    type: fc.constant('message'),
    role: fc.constantFrom('user', 'developer', 'system', 'assistant'),
    content,
  }),
  text.map((said) => ({
    type: 'reasoning',
    encrypted_content: sealReasoning({ family: 'glm', field: 'reasoning_content', text: said }),
  })),
  fc.record({
    type: fc.constant('function_call'),
    call_id: id,
    name,
    namespace: fc.constantFrom('mcp__x', null),
    arguments: text,
  }),
  fc.record({ type: fc.constant('custom_tool_call'), call_id: id, name, input: text }),
  fc.record({ type: fc.constant('tool_search_call'), call_id: id, arguments: fc.constant({ query: 'q' }) }),
  fc.record({ type: fc.constantFrom('function_call_output', 'custom_tool_call_output'), call_id: id, output: content }),
  fc.record({ type: fc.constant('tool_search_output'), call_id: id, tools: fc.constant([]) }),
  fc.record({ type: fc.constantFrom('web_search_call', 'item_reference', 'novelty') }),
);
const history = fc.array(item, { maxLength: 14 });

describe.each(['glm-5.3', 'glm-5.3-flash'])('any history for %s', (modelId) => {
  const target = { model: findModel(zai, modelId), rules: zai.rules };
  const translate = (input: unknown[]) => toChatRequest({ model: modelId, input }, target).chat;

  test('gives a request that GLM accepts', () => {
    fc.assert(
      fc.property(history, (input) => {
        expect(glmViolations(translate(input))).toEqual([]);
      }),
      runs,
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
      runs,
    );
  });
});

/** Calls need outputs to be settled; without any, nothing is repaired at the end. */
function isSettled({ type }: { type: string }): boolean {
  return !type.endsWith('_call');
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
    runs,
  );
});
