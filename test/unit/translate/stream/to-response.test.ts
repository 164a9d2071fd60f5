import { expect, test } from 'vitest';
import { openStream, reduceFailure, startStream } from '../../../../src/translate/stream/reduce.ts';
import { completionToResponse, foldEvents } from '../../../../src/translate/stream/to-response.ts';
import { streamOptions } from '../../../helpers/stream-case.ts';

test('a completion that was not streamed becomes a whole response', () => {
  const completion = {
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
  };
  expect(completionToResponse(completion, streamOptions())).toMatchObject({
    id: 'resp_test',
    status: 'completed',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hello.' }] }],
    usage: { input_tokens: 9, output_tokens: 2, total_tokens: 11 },
  });
});

test('a completion without an answer becomes a failed response', () => {
  expect(completionToResponse({ choices: [] }, streamOptions())).toMatchObject({
    status: 'failed',
    error: { code: 'stream_cut' },
  });
});

test('events fold to the response of their terminal event', () => {
  const state = startStream(streamOptions());
  const events = [...openStream(state), ...reduceFailure(state, { code: 'server_error', message: 'no' })];
  expect(foldEvents(events)).toMatchObject({ status: 'failed', error: { code: 'server_error' } });
});

test('events without a terminal event do not fold', () => {
  expect(() => foldEvents(openStream(startStream(streamOptions())))).toThrow('no finished response');
});
