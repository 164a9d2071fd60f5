import { expect, test } from 'vitest';
import { readChatBody } from '../../../../src/translate/reverse/chat-body.ts';

const messages = [{ role: 'user', content: 'hi' }];

test('every form of content is read', () => {
  const { messages: read } = readChatBody({
    messages: [
      { role: 'developer', content: [{ type: 'text', text: 'a' }] },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'b' },
          { type: 'image_url', image_url: { url: 'data:x' } },
          { type: 'input_image', image_url: 'https://x' },
          { type: 'local_image', path: '/x.png' },
          { type: 'local_image', image_path: 'file:///y.png' },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'c', content: 'd' },
    ],
  });
  expect(read).toEqual([
    { role: 'system', parts: [{ type: 'text', text: 'a' }], calls: [], callId: undefined },
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'b' },
        { type: 'image', source: 'data:x' },
        { type: 'image', source: 'https://x' },
        { type: 'image', source: '/x.png' },
        { type: 'image', source: 'file:///y.png' },
      ],
      calls: [],
      callId: undefined,
    },
    { role: 'assistant', parts: [], calls: [{ id: 'c', name: 'f', arguments: '{}' }], callId: undefined },
    { role: 'tool', parts: [{ type: 'text', text: 'd' }], calls: [], callId: 'c' },
  ]);
});

test.each([
  [{ reasoning_effort: 'high', model_reasoning_effort: 'low' }, 'high'],
  [{ model_reasoning_effort: 'low' }, 'low'],
  [{ reasoning_effort: null }, undefined],
])('%j asks for effort %s', (fields, effort) => {
  expect(readChatBody({ messages, ...fields }).effort).toBe(effort);
});

test.each([
  [{ response_format: { type: 'text' } }, undefined],
  [{ response_format: { type: 'json_object' } }, { kind: 'json_object', schema: { type: 'object' } }],
  [
    { response_format: { type: 'json_schema', json_schema: { schema: { a: 1 } } } },
    { kind: 'json_schema', schema: { a: 1 } },
  ],
  [
    { output_schema: { b: 1 }, response_format: { type: 'text' } },
    { kind: 'json_schema', schema: { b: 1 } },
  ],
  [{ outputSchema: { c: 1 } }, { kind: 'json_schema', schema: { c: 1 } }],
])('%j wants %j', (fields, output) => {
  expect(readChatBody({ messages, ...fields }).output).toEqual(output);
});

test.each([
  ['a list', []],
  ['nothing', null],
  ['no messages', {}],
  ['messages without a user', { messages: [{ role: 'system', content: 'x' }] }],
  ['an unknown role', { messages: [{ role: 'robot', content: 'x' }] }],
  ['an unknown part', { messages: [{ role: 'user', content: [{ type: 'video' }] }] }],
  ['a message that is a text', { messages: ['hi'] }],
  ['a text that is a number', { messages: [{ role: 'user', content: [{ type: 'text', text: 1 }] }] }],
  [
    'an image of the system',
    { messages: [{ role: 'system', content: [{ type: 'image_url', image_url: { url: 'data:x' } }] }, ...messages] },
  ],
  ['two answers', { messages, n: 2 }],
  ['a model that is a number', { messages, model: 5 }],
  ['a schema that is missing', { messages, response_format: { type: 'json_schema', json_schema: { name: 'x' } } }],
  ['a schema that is a text', { messages, output_schema: 'x' }],
  ['an unknown response format', { messages, response_format: { type: 'xml' } }],
])('%s is a 400', (_, body) => {
  expect(() => readChatBody(body)).toThrow(expect.objectContaining({ status: 400, code: 'BAD_REQUEST' }));
});
