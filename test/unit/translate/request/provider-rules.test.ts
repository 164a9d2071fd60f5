import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findModel, findProvider } from '../../../../src/catalog/catalog.ts';
import { openAiCompatibleRules, type ChatRules, type ModelDescription } from '../../../../src/catalog/provider.ts';
import { sealReasoning, type ReasoningField } from '../../../../src/translate/reasoning-envelope.ts';
import { toChatRequest } from '../../../../src/translate/request/to-chat-request.ts';

const thinker: ModelDescription = {
  ...findModel(findProvider('openai-compatible'), 'm-1'),
  reasoning: { control: 'always-on', efforts: ['high'], default: 'high' },
};

function translate(input: unknown[], rules: Partial<ChatRules>, { model = thinker, ...request } = {}) {
  return toChatRequest(
    { model: model.id, input, ...request },
    { model, rules: { ...openAiCompatibleRules, ...rules } },
  );
}

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const call = (call_id: string) => ({ type: 'function_call', call_id, name: 'f', arguments: '{}' });
const output = (call_id: string) => ({ type: 'function_call_output', call_id, output: 'ok' });
const thought = (text: string, field: ReasoningField = 'reasoning_content') => ({
  type: 'reasoning',
  encrypted_content: sealReasoning({ family: 'm', field, text }),
});

describe('call ids of nine letters and digits', () => {
  const rules: Partial<ChatRules> = { quirks: ['nine-character-call-ids'] };
  const ids = (input: unknown[]) =>
    translate(input, rules).chat.messages.flatMap((message) =>
      message.role === 'assistant'
        ? (message.tool_calls ?? []).map(({ id }) => id)
        : message.role === 'tool'
          ? [message.tool_call_id]
          : [],
    );

  test('replace longer ones, the same in call and output', () => {
    const [inCall, inOutput] = ids([user('hi'), call('call_0123456789abcdef'), output('call_0123456789abcdef')]);
    expect(inCall).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(inOutput).toBe(inCall);
  });

  test("leave the provider's own as they are", () => {
    expect(ids([user('hi'), call('D681PevKs'), output('D681PevKs')])).toEqual(['D681PevKs', 'D681PevKs']);
  });

  test('are unique, and those of a history stay the same when it grows', () => {
    const round = fc.array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(round, { minLength: 1, maxLength: 5 }), (rounds) => {
        const items: unknown[] = [user('go')];
        let before: string[] = [];
        for (const calls of rounds) {
          items.push(...calls.map(call), ...calls.map(output));
          const now = ids(items);
          expect(now.slice(0, before.length)).toEqual(before);
          before = now;
        }
        for (const id of before) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
        expect(new Set(before).size).toBe(before.length / 2);
      }),
      { seed: 20_261_121, numRuns: 200 },
    );
  });

  test('are what the answer must not use again', () => {
    const { usedCallIds } = translate([user('hi'), call('D681PevKs'), output('D681PevKs')], rules);
    expect([...usedCallIds]).toEqual(['D681PevKs']);
  });
});

describe('a user message right behind a tool message', () => {
  const history = [user('hi'), call('a'), output('a'), user('stop')];
  const roles = (rules: Partial<ChatRules>) => translate(history, rules).chat.messages.map((message) => message.role);

  test('is kept apart from it where the provider refuses it', () => {
    expect(roles({ quirks: ['no-user-after-tool'] })).toEqual(['user', 'assistant', 'tool', 'assistant', 'user']);
  });

  test('stands there elsewhere', () => {
    expect(roles({})).toEqual(['user', 'assistant', 'tool', 'user']);
  });
});

describe('thinking that is given back', () => {
  const history = [user('hi'), thought('hm'), assistant('I look.'), call('a'), output('a')];

  test.each<[ChatRules['reasoningEcho'], object]>([
    ['reasoning_content', { content: 'I look.', reasoning_content: 'hm' }],
    ['reasoning', { content: 'I look.', reasoning: 'hm' }],
    ['think-tags', { content: '<think>hm</think>\n\nI look.' }],
    ['none', { content: 'I look.' }],
  ])('as %s', (reasoningEcho, expected) => {
    const { tool_calls: _, ...message } = translate(history, { reasoningEcho }).chat.messages[1] as { tool_calls?: [] };
    expect(message).toEqual({ role: 'assistant', ...expected });
  });

  test('as reasoning_details, unmodified', () => {
    const details = [{ type: 'reasoning.text', text: 'hm', signature: 's', index: 0 }];
    const items = [user('hi'), thought(JSON.stringify(details), 'reasoning_details'), call('a'), output('a')];
    expect(translate(items, { reasoningEcho: 'reasoning_details' }).chat.messages[1]).toHaveProperty(
      'reasoning_details',
      details,
    );
  });
});

describe('a placeholder for lost thinking', () => {
  const rules = { reasoningPlaceholder: '.' };
  const history = [user('hi'), assistant('Well.'), user('go'), call('a'), output('a'), thought('hm'), call('b')];
  const echoes = (model: ModelDescription) =>
    translate(history, rules, { model }).chat.messages.flatMap((message) =>
      message.role === 'assistant' ? [message.reasoning_content] : [],
    );

  test('stands only on messages with calls that have no thinking of their own', () => {
    expect(echoes(thinker)).toEqual([undefined, '.', 'hm']);
  });

  test('is not for models that do not think', () => {
    const { reasoning: _, ...plain } = thinker;
    expect(echoes(plain)).toEqual([undefined, undefined, 'hm']);
  });
});

describe('fields of the provider or the settings', () => {
  const rules = { extraBody: { seed: 7, temperature: 0.3 }, dropParams: ['stream_options'] };

  test('are added and left out, last of all', () => {
    const { chat } = translate([user('hi')], rules, { temperature: 1 } as object);
    expect(chat).toMatchObject({ seed: 7, temperature: 0.3, stream: true });
    expect(chat).not.toHaveProperty('stream_options');
  });

  test("of a model stand beside its provider's", () => {
    const model = { ...thinker, rules: { extraBody: { seed: 8, think: true }, dropParams: ['stop'] } };
    const { chat } = translate([user('hi')], rules, { model, stop: 'x' } as object);
    expect(chat).toMatchObject({ seed: 8, think: true, temperature: 0.3 });
    expect(chat).not.toHaveProperty('stop');
    expect(chat).not.toHaveProperty('stream_options');
  });
});

test("a model's own rules win over its provider's", () => {
  const model: ModelDescription = { ...thinker, rules: { toolChoice: 'auto' } };
  const request = { tool_choice: 'required', tools: [{ type: 'function', name: 'f', parameters: {} }] };
  expect(translate([user('hi')], {}, request as object).chat.tool_choice).toBe('required');
  expect(translate([user('hi')], {}, { model, ...request } as object).chat).not.toHaveProperty('tool_choice');
});

test('prompt_cache_key goes only to providers that use it', () => {
  const request = { prompt_cache_key: 'thread-1' } as object;
  expect(translate([user('hi')], {}, request).chat).not.toHaveProperty('prompt_cache_key');
  const { chat } = translate([user('hi')], { quirks: ['prompt-cache-key'] }, request);
  expect(chat['prompt_cache_key']).toBe('thread-1');
});

test('allowed tools: only those are offered, and a call is demanded where one is', () => {
  const tools = [
    { type: 'function', name: 'f', parameters: {} },
    { type: 'function', name: 'g', parameters: {} },
    { type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'h', parameters: {} }] },
  ];
  const allowed = [
    { type: 'function', name: 'g' },
    { type: 'function', name: 'h', namespace: 'ns' },
  ];
  const ask = (mode: string, rules: Partial<ChatRules> = {}) =>
    translate([user('hi')], rules, { tools, tool_choice: { type: 'allowed_tools', mode, tools: allowed } } as object);
  const { chat } = ask('required');
  expect(chat.tools).toMatchObject([{ function: { name: 'g' } }, { function: { name: 'ns__h' } }]);
  expect(chat.tool_choice).toBe('required');
  expect(ask('auto').chat).not.toHaveProperty('tool_choice');
  expect(ask('required', { toolChoice: 'auto' }).chat.messages[0]).toMatchObject({ role: 'system' });
});

test('verbosity is passed on where the provider knows it', () => {
  const request = { text: { verbosity: 'low' } };
  expect(translate([user('hi')], {}, request as object).chat.verbosity).toBe('low');
  expect(translate([user('hi')], { verbosity: false }, request as object).chat).not.toHaveProperty('verbosity');
});
