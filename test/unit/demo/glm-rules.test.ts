import { expect, test } from 'vitest';
import { glmViolations } from '../../../src/demo/glm-rules.ts';

const user = { role: 'user', content: 'hi' };
const parameters = { type: 'object', properties: { cmd: { type: 'string' } } };
const shell = { type: 'function', function: { name: 'exec_command', description: 'Runs.', parameters } };
const call = {
  id: 'c1',
  type: 'function',
  function: { name: 'exec_command', arguments: '{"cmd":"ls","login":false}' },
};
const calling = { role: 'assistant', content: '', reasoning_content: 'hm', tool_calls: [call] };
const result = { role: 'tool', tool_call_id: 'c1', content: '' };
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

function request(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { model: 'glm-5.3', stream: true, messages: [user], ...changes };
}
const messages = (...list: unknown[]) => request({ messages: list });
const withFunction = (changes: Record<string, unknown>) =>
  request({ tools: [{ type: 'function', function: { ...shell.function, ...changes } }] });
const withSchema = (schema: unknown) => withFunction({ parameters: { type: 'object', properties: { x: schema } } });

function nested(levels: number): unknown {
  return levels === 0 ? { type: 'string' } : { type: 'object', properties: { x: nested(levels - 1) } };
}

test.each([
  ['a plain question', request()],
  [
    'all that codex needs',
    request({
      messages: [
        { role: 'system', content: 'You are.' },
        user,
        calling,
        result,
        { role: 'assistant', content: 'done' },
        user,
      ],
      tools: [shell, { type: 'web_search', web_search: { enable: true } }],
      tool_choice: 'auto',
      tool_stream: true,
      stream_options: { include_usage: true },
      thinking: { type: 'enabled', clear_thinking: false },
      reasoning_effort: 'high',
      max_tokens: 131_072,
      temperature: 0.7,
      top_p: 0.95,
      stop: ['END'],
      response_format: { type: 'json_object' },
    }),
  ],
  [
    'parallel calls',
    messages(
      user,
      { ...calling, tool_calls: [call, { ...call, id: 'c2' }] },
      { ...result, tool_call_id: 'c2' },
      result,
    ),
  ],
  [
    'an image to a model that sees',
    request({ model: 'glm-5.3-flash', messages: [{ role: 'user', content: [{ type: 'text', text: 'see' }, image] }] }),
  ],
  [
    'thinking off where it can be',
    request({ model: 'glm-4.7', thinking: { type: 'disabled' }, reasoning_effort: 'anything' }),
  ],
  ['medium effort on GLM 5.2', request({ model: 'glm-5.2', reasoning_effort: 'medium' })],
  ['a schema of eight levels', withSchema(nested(7))],
])('accepted: %s', (_, body) => {
  expect(glmViolations(body)).toEqual([]);
});

test.each<[string, unknown, string]>([
  ['a body that is no object', 'hi', '1210'],
  ['an unknown model', request({ model: 'gpt-5.5' }), '1211'],
  ...[
    'store',
    'metadata',
    'client_metadata',
    'prompt_cache_key',
    'parallel_tool_calls',
    'service_tier',
    'include',
    'input',
    'max_completion_tokens',
    'n',
    'seed',
    'user',
  ].map((field): [string, unknown, string] => [`the field ${field}`, request({ [field]: true }), '1210']),
  ['response_format json_schema', request({ response_format: { type: 'json_schema', json_schema: {} } }), '1210'],
  ['temperature above 1', request({ temperature: 1.5 }), '1210'],
  ['temperature with three decimals', request({ temperature: 0.123 }), '1210'],
  ['top_p 0', request({ top_p: 0 }), '1210'],
  ['max_tokens above the limit of the model', request({ model: 'glm-4.5', max_tokens: 98_305 }), '1210'],
  ['max_tokens 0', request({ max_tokens: 0 }), '1210'],
  ['two stop texts', request({ stop: ['a', 'b'] }), '1210'],
  ['tool_stream without stream', request({ stream: false, tool_stream: true }), '1210'],
  ['thinking off on GLM 5.3', request({ thinking: { type: 'disabled' } }), '1210'],
  ['an effort that GLM 5.3 does not have', request({ reasoning_effort: 'medium' }), '1210'],
  ['tool_choice required', request({ tools: [shell], tool_choice: 'required' }), '1210'],
  ['no messages', messages(), '1214'],
  ['the developer role', messages({ role: 'developer', content: 'x' }, user), '1214'],
  ['only system messages', messages({ role: 'system', content: 'x' }), '1214'],
  ['content null', messages(user, { ...calling, content: null }, result), '1214'],
  ['content as a number', messages({ role: 'user', content: 7 }), '1214'],
  [
    'a tool result that is a list',
    messages(user, calling, { ...result, content: [{ type: 'text', text: 'x' }] }),
    '1214',
  ],
  ['empty user text', messages({ role: 'user', content: '' }), '1214'],
  ['a list of parts to a text model', messages({ role: 'user', content: [{ type: 'text', text: 'x' }] }), '1214'],
  ['an image to a text model', messages({ role: 'user', content: [image] }), '1214'],
  [
    'an empty text part',
    request({ model: 'glm-5.3-flash', messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] }),
    '1214',
  ],
  [
    'an assistant message of nothing',
    messages(user, { role: 'assistant', content: '', reasoning_content: 'x' }, user),
    '1214',
  ],
  ['an empty list of calls', messages(user, { role: 'assistant', content: '', tool_calls: [] }, user), '1214'],
  ['a result without a call', messages(user, result), '1214'],
  ['a result behind another message', messages(user, calling, user, result), '1214'],
  ['two results of one call', messages(user, calling, result, result), '1214'],
  ['a call without result', messages(user, calling, user), '1214'],
  ['a call without result at the end', messages(user, calling), '1214'],
  ['a call id used twice', messages(user, calling, result, calling, result), '1214'],
  [
    'arguments that are not JSON',
    messages(user, { ...calling, tool_calls: [{ ...call, function: { name: 'x', arguments: '{"a' } }] }, result),
    '1214',
  ],
  [
    'arguments that are a list',
    messages(user, { ...calling, tool_calls: [{ ...call, function: { name: 'x', arguments: '[]' } }] }, result),
    '1214',
  ],
  ['an empty list of tools', request({ tools: [] }), '1214'],
  [
    '129 tools',
    request({
      tools: Array.from({ length: 129 }, (_, i) => ({
        type: 'function',
        function: { ...shell.function, name: `t${i}` },
      })),
    }),
    '1214',
  ],
  ['a custom tool', request({ tools: [{ type: 'custom', name: 'apply_patch' }] }), '1214'],
  ['two tools of one name', request({ tools: [shell, shell] }), '1214'],
  ['a tool name with a dot', withFunction({ name: 'a.b' }), '1214'],
  ['a tool without description', withFunction({ description: '' }), '1214'],
  ['a tool without parameters', withFunction({ parameters: undefined }), '1214'],
  ['strict', withFunction({ strict: false }), '1214'],
  ['$ref in a schema', withSchema({ $ref: '#/$defs/a' }), '1234'],
  ['anyOf in a schema', withSchema({ type: 'array', items: { anyOf: [] } }), '1234'],
  ['a schema of nine levels', withSchema(nested(8)), '1234'],
])('refused: %s', (_, body, code) => {
  expect(new Set(glmViolations(body).map((violation) => violation.code))).toEqual(new Set([code]));
});
