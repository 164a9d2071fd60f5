import { expect, test } from 'vitest';
import { readMessages } from '../../../../src/translate/reverse/messages.ts';
import { historyItems, latestTurn, toUserInput, wholeConversation } from '../../../../src/translate/reverse/to-turn.ts';

const conversation = readMessages([
  { role: 'system', content: 'S1' },
  { role: 'system', content: 'S2' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'one' },
      { type: 'image_url', image_url: { url: 'data:i' } },
    ],
  },
  { role: 'assistant', content: 'two', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{}' } }] },
  { role: 'tool', tool_call_id: 'c', content: 'three' },
  { role: 'system', content: 'S3' },
  { role: 'user', content: 'four' },
]);

function inputText(text: string) {
  return { type: 'input_text', text };
}

test('of a session the system text and the latest user message are taken', () => {
  const { instructions, history, input } = latestTurn(conversation);
  expect({ instructions, history }).toEqual({ instructions: 'S1\n\nS2\n\nS3', history: [] });
  expect(toUserInput(input)).toEqual([{ type: 'text', text: 'four', text_elements: [] }]);
});

test('a whole conversation keeps every message, its role and its place', () => {
  const { instructions, history, input } = wholeConversation(conversation);
  expect(instructions).toBe('S1\n\nS2');
  expect(historyItems(history)).toEqual([
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'one' },
        { type: 'input_image', image_url: 'data:i' },
      ],
    },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'two' }] },
    { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: 'three' },
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'S3' }] },
  ]);
  expect(toUserInput(input)).toEqual([{ type: 'text', text: 'four', text_elements: [] }]);
});

test('no result of a tool is lost: old forms are paired, and one without a call is told as a message', () => {
  const image = { type: 'image_url', image_url: { url: 'data:i' } };
  const { history } = wholeConversation(
    readMessages([
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: [{ type: 'text', text: 'look' }, image],
        function_call: { name: 'f', arguments: '{}' },
      },
      { role: 'function', name: 'f', content: 'old' },
      { role: 'assistant', tool_calls: [{ id: 'f', function: { name: 'g' } }] },
      { role: 'tool', tool_call_id: 'f', content: [{ type: 'text', text: 'seen' }, image] },
      { role: 'tool', tool_call_id: 'f', content: 'again' },
      { role: 'assistant', content: null, refusal: 'no' },
      { role: 'user', content: 'last' },
    ]),
  );
  const shown = { type: 'input_image', image_url: 'data:i' };
  expect(historyItems(history)).toEqual([
    { type: 'message', role: 'user', content: [inputText('go')] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'look' }] },
    { type: 'message', role: 'user', content: [inputText('Shown by the assistant:'), shown] },
    { type: 'function_call', call_id: 'f', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'f', output: 'old' },
    { type: 'function_call', call_id: 'f-2', name: 'g', arguments: '{}' },
    { type: 'function_call_output', call_id: 'f-2', output: [inputText('seen'), shown] },
    { type: 'message', role: 'user', content: [inputText('Result of a tool:'), inputText('again')] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'no' }] },
  ]);
});

test('a conversation that ends with an answer goes on', () => {
  const { history, input } = wholeConversation(
    readMessages([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ]),
  );
  expect(history).toHaveLength(2);
  expect(input).toEqual([{ type: 'text', text: 'Go on.' }]);
});
