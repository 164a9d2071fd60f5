import { describe, expect, test } from 'vitest';
import { findModel, findProvider } from '../../../../src/catalog/catalog.ts';
import type { ChatRules } from '../../../../src/catalog/provider.ts';
import { sealReasoning } from '../../../../src/translate/reasoning-envelope.ts';
import { toChatRequest } from '../../../../src/translate/request/to-chat-request.ts';

const zai = findProvider('zai');

function translate(input: unknown[], { model = 'glm-5.3', rules = {} as Partial<ChatRules>, ...request } = {}) {
  const target = { model: findModel(zai, model), rules: { ...zai.rules, ...rules } };
  const { chat, diagnostics } = toChatRequest({ model, input, ...request }, target);
  return { messages: chat.messages, codes: diagnostics.map((diagnostic) => diagnostic.code) };
}

const developer = (text: string) => ({ type: 'message', role: 'developer', content: [{ type: 'input_text', text }] });
const user = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const assistant = (text: string) => ({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });
const call = (call_id: string, name = 'exec_command') => ({ type: 'function_call', call_id, name, arguments: '{}' });
const output = (call_id: string, text = 'ok') => ({ type: 'function_call_output', call_id, output: text });
const reasoning = (text: string, family = 'glm') => ({
  type: 'reasoning',
  summary: [],
  encrypted_content: sealReasoning({ family, field: 'reasoning_content', text }),
});

describe('the leading system message', () => {
  test('holds the instructions and all leading developer text, in order', () => {
    const { messages } = translate([developer('B'), developer('C'), user('hi')], { instructions: 'A' } as object);
    expect(messages).toEqual([
      { role: 'system', content: 'A\n\nB\n\nC' },
      { role: 'user', content: 'hi' },
    ]);
  });

  test('keeps several parts of one developer message apart', () => {
    const parts = [
      { type: 'input_text', text: '<skills/>' },
      { type: 'input_text', text: '<permissions/>' },
    ];
    const { messages } = translate([{ type: 'message', role: 'developer', content: parts }, user('hi')]);
    expect(messages[0]).toEqual({ role: 'system', content: '<skills/>\n\n<permissions/>' });
  });

  test('does not take developer text that comes after the first answer', () => {
    const { messages } = translate([developer('A'), assistant('hello'), developer('B'), user('hi')]);
    expect(messages[0]).toEqual({ role: 'system', content: 'A' });
  });
});

describe('later developer text', () => {
  test('becomes marked user text where a provider wants one system message', () => {
    const { messages } = translate([user('hi'), developer('<model_switch>')]);
    expect(messages.at(-1)).toEqual({
      role: 'user',
      content: '<developer_message>\n<model_switch>\n</developer_message>',
    });
  });

  test('stays a system message in its place where the provider accepts that', () => {
    const { messages } = translate([user('hi'), developer('X'), user('yo')], { rules: { lateSystemMessages: true } });
    expect(messages.map((message) => message.role)).toEqual(['user', 'system', 'user']);
  });

  test('never stands between a call and its output', () => {
    const { messages } = translate([user('hi'), call('a'), developer('X'), output('a')]);
    expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'user']);
  });
});

describe('one turn of the assistant', () => {
  test('puts text, thinking and parallel calls into one message', () => {
    const items = [user('hi'), reasoning('hm'), assistant('I look.'), call('a'), call('b'), output('a'), output('b')];
    const { messages } = translate(items);
    expect(messages[1]).toMatchObject({ role: 'assistant', content: 'I look.', reasoning_content: 'hm' });
    expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'tool']);
    expect(messages[1]).toHaveProperty('tool_calls.length', 2);
  });

  test('starts anew after outputs', () => {
    const { messages } = translate([user('hi'), call('a'), output('a'), call('b'), output('b')]);
    expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool']);
  });

  test('with thinking alone is left out, a provider would refuse it', () => {
    const { messages } = translate([user('hi'), reasoning('hm'), user('go on')]);
    expect(messages.map((message) => message.role)).toEqual(['user', 'user']);
  });
});

describe('reasoning', () => {
  test('of another model family is dropped and reported', () => {
    const { messages, codes } = translate([user('hi'), reasoning('hm', 'kimi'), assistant('x'), user('y')]);
    expect(messages[1]).toEqual({ role: 'assistant', content: 'x' });
    expect(codes).toEqual(['reasoning-dropped']);
  });

  test('of another program is dropped and reported', () => {
    const foreign = { type: 'reasoning', summary: [], encrypted_content: 'gAAAAABo…' };
    expect(translate([user('hi'), foreign, assistant('x'), user('y')]).codes).toEqual(['reasoning-dropped']);
  });
});

describe('calls and outputs', () => {
  test('that share an id get ids of their own, matched in order', () => {
    const { messages, codes } = translate([
      user('hi'),
      call('same'),
      call('same'),
      output('same', 'first'),
      output('same', 'second'),
    ]);
    expect(messages.slice(2)).toEqual([
      { role: 'tool', tool_call_id: 'same', content: 'first' },
      { role: 'tool', tool_call_id: 'same_2', content: 'second' },
    ]);
    expect(codes).toEqual(['call-id-renamed']);
  });

  test('a call without output is answered as aborted', () => {
    const { messages, codes } = translate([user('hi'), call('a'), user('never mind')]);
    expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'user']);
    expect(messages[2]).toMatchObject({ content: expect.stringContaining('aborted') });
    expect(codes).toEqual(['call-without-output']);
  });

  test('an output without call_id becomes marked user text after the real outputs', () => {
    const orphan = { type: 'function_call_output', name: 'goal_objective', namespace: 'agent', output: 'x' };
    const { messages } = translate([user('hi'), call('a'), orphan, output('a')]);
    expect(messages.slice(2)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'ok' },
      { role: 'user', content: '<tool_output name="agent.goal_objective">\nx\n</tool_output>' },
    ]);
  });

  test('an answer to a later call waits for that call', () => {
    const items = [user('hi'), call('a'), call('b'), output('a'), call('c'), output('b'), output('c')];
    const { messages } = translate(items);
    expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant', 'tool']);
  });

  test('an empty output says so', () => {
    expect(translate([user('hi'), call('a'), output('a', '')]).messages.at(-1)).toMatchObject({
      content: '(no output)',
    });
  });

  test('arguments that are not a JSON object are wrapped, GLM would refuse the history', () => {
    const broken = { ...call('a'), arguments: '{"cmd": "ls' };
    const { messages, codes } = translate([user('hi'), broken, output('a')]);
    expect(messages[1]).toHaveProperty('tool_calls.0.function.arguments', '{"arguments":"{\\"cmd\\": \\"ls"}');
    expect(codes).toEqual(['arguments-repaired']);
  });

  test('a custom tool call carries its text in `input`', () => {
    const patch = {
      type: 'custom_tool_call',
      call_id: 'p',
      name: 'apply_patch',
      input: '*** Begin Patch\n*** End Patch',
    };
    const done = { type: 'custom_tool_call_output', call_id: 'p', output: 'Success' };
    const { messages } = translate([user('hi'), patch, done]);
    expect(messages[1]).toHaveProperty('tool_calls.0.function', {
      name: 'apply_patch',
      arguments: '{"input":"*** Begin Patch\\n*** End Patch"}',
    });
  });

  test('a namespaced call is flattened the way its tool is declared', () => {
    const tools = [
      { type: 'namespace', name: 'mcp__tiny', tools: [{ type: 'function', name: 'add', parameters: {} }] },
    ];
    const namespaced = { ...call('a', 'add'), namespace: 'mcp__tiny' };
    const { messages } = translate([user('hi'), namespaced, output('a')], { tools } as object);
    expect(messages[1]).toHaveProperty('tool_calls.0.function.name', 'mcp__tiny__add');
  });
});

describe('images', () => {
  const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' };
  const message = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'see' }, image] };

  test('reach a model that sees them', () => {
    expect(translate([message], { model: 'glm-5.3-flash' }).messages[0]).toEqual({
      role: 'user',
      content: [
        { type: 'text', text: 'see' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'high' } },
      ],
    });
  });

  test('become a note for a model that reads text only', () => {
    const { messages, codes } = translate([message]);
    expect(messages[0]).toEqual({ role: 'user', content: 'see\n[image omitted: this model reads text only]' });
    expect(codes).toEqual(['image-replaced']);
  });

  test('out of a tool output follow after the last output of the round', () => {
    const withImage = { ...output('a'), output: [{ type: 'input_text', text: 'shot' }, image] };
    const { messages } = translate([user('hi'), call('a'), call('b'), withImage, output('b')], {
      model: 'glm-5.3-flash',
    });
    expect(messages.map((entry) => entry.role)).toEqual(['user', 'assistant', 'tool', 'tool', 'user']);
    expect(messages[2]).toMatchObject({ content: 'shot\n[image]' });
  });
});

describe('ends that a provider would refuse', () => {
  test.each([
    ['nothing at all', [], ['user']],
    ['system text only', [developer('A')], ['system', 'user']],
    ['an answer first', [assistant('x'), user('y')], ['user', 'assistant', 'user']],
    ['an answer last', [user('x'), assistant('y')], ['user', 'assistant', 'user']],
  ])('%s', (_, items, roles) => {
    expect(translate(items).messages.map((message) => message.role)).toEqual(roles);
  });
});

test('items of other clients and unknown ones never throw', () => {
  const odd = [
    { role: 'user', content: 'plain string' },
    { role: 'user', content: ['a', { type: 'input_file', filename: 'x.pdf' }, { type: 'who_knows' }, 7, null] },
    { type: 'item_reference', id: 'msg_1' },
    { type: 'brand_new_item', payload: {} },
    { type: 'local_shell_call', call_id: 'l', action: { command: ['ls'] } },
    { type: 'local_shell_call_output', call_id: 'l', output: 'files' },
    null,
    'text',
    7,
  ];
  const { messages, codes } = translate(odd);
  expect(messages.map((message) => message.role)).toEqual(['user', 'user', 'assistant', 'tool']);
  expect(codes.filter((code) => code === 'item-dropped')).toHaveLength(5);
});
