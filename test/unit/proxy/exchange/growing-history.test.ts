import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findModel, findProvider } from '../../../../src/catalog/catalog.ts';
import { createChatEncoder } from '../../../../src/proxy/exchange/encode-chat.ts';
import type { ResponsesRequest } from '../../../../src/protocol/responses.ts';
import { FoldMemory } from '../../../../src/translate/request/fold-memory.ts';
import { toChatRequest } from '../../../../src/translate/request/to-chat-request.ts';
import { fuzzed } from '../../../helpers/fuzz.ts';

const runs = { seed: 20_261_121, numRuns: 300 };
const provider = findProvider('zai');
const target = { model: findModel(provider, 'glm-5.3'), rules: provider.rules };

const said = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('大', '{"a":1}', '"messages":['));
const id = fc.constantFrom('a', 'b', 'c', '');
const tool = fc.record({
  type: fc.constant('function'),
  name: fc.constantFrom('x', 'y', 'z'),
  parameters: fc.constant({}),
});
const item = fc.oneof(
  fc.record({ role: fc.constantFrom('user', 'developer', 'assistant'), content: said }),
  fc.record({ type: fc.constant('function_call'), call_id: id, name: fc.constantFrom('x', 'y'), arguments: said }),
  fc.record({ type: fc.constantFrom('function_call_output', 'custom_tool_call_output'), call_id: id, output: said }),
  fc.record({ type: fc.constant('tool_search_call'), call_id: id, arguments: fc.constant({}) }),
  fc.record({ type: fc.constant('tool_search_output'), call_id: id, tools: fc.array(tool, { maxLength: 2 }) }),
  fc.record({ type: fc.constant('additional_tools'), tools: fc.array(tool, { maxLength: 2 }) }),
  fc.record({ type: fc.constant('novelty') }),
);
/** Shorter histories are not remembered. */
const beginning = fc.array(item, { minLength: 16, maxLength: 30 });
const step = fc.record({
  kind: fc.constantFrom('grow', 'grow', 'fork', 'again'),
  items: fc.array(item, { minLength: 1, maxLength: 5 }),
  tools: fc.constantFrom<unknown[]>([], [], [{ type: 'function', name: 'y', parameters: {} }]),
  tool_choice: fc.constantFrom('auto', 'auto', 'required'),
});

/** A tool round. */
const round = (n: number) => [
  { type: 'function_call', call_id: `c${n}`, name: 'x', arguments: '{}' },
  { type: 'function_call_output', call_id: `c${n}`, output: 'ok' },
];

describe('a history that grows', () => {
  it('is translated and encoded to the same bytes with a memory of its beginning as without', () => {
    fc.assert(
      fc.property(beginning, fc.array(step, { minLength: 1, maxLength: 6 }), (items, steps) => {
        const memory = new FoldMemory();
        const encode = createChatEncoder();
        let input: unknown[] = items;
        for (const { kind, items: next, tools, tool_choice } of steps) {
          if (kind === 'grow') input = [...input, ...next];
          if (kind === 'fork') input = [...input.slice(0, -3), ...next];
          const request: ResponsesRequest = { model: 'glm-5.3', input, tools, tool_choice };
          const fresh = toChatRequest(request, target);
          const remembered = toChatRequest(request, target, memory);
          expect(remembered.diagnostics).toEqual(fresh.diagnostics);
          expect([...remembered.usedCallIds]).toEqual([...fresh.usedCallIds]);
          expect(Buffer.concat(encode(remembered.chat)).toString()).toBe(JSON.stringify(fresh.chat));
        }
      }),
      fuzzed('history-folds', runs),
    );
  });

  it('is not folded again where it was folded before', () => {
    const memory = new FoldMemory();
    const input: unknown[] = [
      { role: 'user', content: 'go' },
      ...Array.from({ length: 10 }, (_, n) => round(n)).flat(),
    ];
    const before = toChatRequest({ model: 'glm-5.3', input }, target, memory).chat.messages;
    const after = toChatRequest({ model: 'glm-5.3', input: [...input, ...round(10)] }, target, memory).chat.messages;
    expect(after).toHaveLength(before.length + 2);
    for (const [index, message] of before.entries()) expect(after[index]).toBe(message);
  });

  it('keeps the bytes of a request that is still being sent', () => {
    const encode = createChatEncoder();
    const messages = Array.from({ length: 40 }, (_, n) => ({ role: 'user' as const, content: `message ${n}` }));
    const sent = [16, 20, 30, 40].map((count) => {
      const chat = { model: 'm', messages: messages.slice(0, count), stream: true as const };
      return { parts: encode(chat), expected: JSON.stringify(chat) };
    });
    for (const { parts, expected } of sent) expect(Buffer.concat(parts).toString()).toBe(expected);
  });

  it('that goes on in two ways, or whose beginning was changed, is encoded as it is', () => {
    const encode = createChatEncoder();
    const messages = Array.from({ length: 20 }, (_, n) => ({ role: 'user' as const, content: `message ${n}` }));
    const other = { role: 'user' as const, content: 'other' };
    const sent = [messages, [...messages, other], [...messages, { ...other, content: 'another' }]]
      .concat([[other, ...messages.slice(1)], messages])
      .map((history) => {
        const chat = { model: 'm', messages: history, stream: true as const };
        return { parts: encode(chat), expected: JSON.stringify(chat) };
      });
    for (const { parts, expected } of sent) expect(Buffer.concat(parts).toString()).toBe(expected);
  });
});
