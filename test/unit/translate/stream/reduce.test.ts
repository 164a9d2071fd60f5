import { describe, expect, test } from 'vitest';
import type { ChatCompletionChunk, ChatDelta, ChatToolCallDelta } from '../../../../src/protocol/chat.ts';
import { openReasoning } from '../../../../src/translate/reasoning-envelope.ts';
import {
  diagnosticsOf,
  openStream,
  reduceChunk,
  reduceEnd,
  reduceFailure,
  restartStream,
  startStream,
  streamOutcome,
  type StreamState,
} from '../../../../src/translate/stream/reduce.ts';
import { illegalities } from '../../../helpers/legal-events.ts';
import { runStream, streamOptions } from '../../../helpers/stream-case.ts';

function chunk(delta: ChatDelta, finish_reason?: string): ChatCompletionChunk {
  return { choices: [{ index: 0, delta, ...(finish_reason === undefined ? {} : { finish_reason }) }] };
}
const text = (content: string): ChatCompletionChunk => chunk({ content });
const reasoning = (reasoning_content: string): ChatCompletionChunk => chunk({ reasoning_content });
const finish = (reason: string): ChatCompletionChunk => chunk({}, reason);
const calls = (...tool_calls: ChatToolCallDelta[]): ChatCompletionChunk => chunk({ tool_calls });
const call = (name: string, args: string, id = 'call_1'): ChatCompletionChunk =>
  calls({ index: 0, id, function: { name, arguments: args } });
const usage = (prompt: number, completion: number): ChatCompletionChunk => ({
  choices: [],
  usage: { prompt_tokens: prompt, completion_tokens: completion },
});

function countedUsage(): Pick<ChatCompletionChunk, 'usage'> {
  return { usage: { prompt_tokens: 10, completion_tokens: 2 } };
}

function started(...chunks: ChatCompletionChunk[]): StreamState {
  const state = startStream(streamOptions());
  openStream(state);
  for (const one of chunks) reduceChunk(state, one);
  return state;
}

const types = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);

describe('the terminal event', () => {
  test.each<[string, (state: StreamState) => unknown[]]>([
    ['the end', (state) => reduceEnd(state)],
    ['a failure', (state) => reduceFailure(state, { code: 'server_error', message: 'gone' })],
    ['an error in the stream', (state) => reduceChunk(state, { error: { message: 'no' } })],
  ])('is followed by nothing, after %s', (_, end) => {
    const state = started(text('Hello'), finish('stop'));
    expect(end(state)).toHaveLength(1);
    expect(streamOutcome(state)).toBe('ended');
    expect(reduceChunk(state, text('more'))).toEqual([]);
    expect(restartStream(state)).toEqual([]);
    expect(reduceEnd(state)).toEqual([]);
    expect(reduceFailure(state, { code: 'server_error', message: 'again' })).toEqual([]);
  });

  test('of a failure holds the error and what was finished, but nothing half done', () => {
    const state = started(reasoning('Think.'), text('Half a sen'));
    const [event] = reduceFailure(state, { code: 'rate_limit_exceeded', message: 'Slow down.' });
    expect(event).toMatchObject({
      type: 'response.failed',
      response: {
        status: 'failed',
        error: { code: 'rate_limit_exceeded', message: 'Slow down.' },
        output: [{ type: 'reasoning' }],
      },
    });
  });

  test.each([
    [{ error: 'Overloaded' }, 'Overloaded'],
    [{ error: { message: 'Overloaded', code: 1305 } }, 'Overloaded (code 1305)'],
    [{ error: { reason: 'unknown' } }, '{"reason":"unknown"}'],
  ])("keeps the provider's own words: %j", (errorChunk, message) => {
    expect(runStream([text('Hel'), errorChunk]).response.error).toEqual({ code: 'server_error', message });
  });
});

describe('finish_reason', () => {
  test.each([
    ['stop', 'completed', undefined],
    ['tool_calls', 'completed', undefined],
    ['function_call', 'completed', undefined],
    ['something_new', 'completed', undefined],
    ['length', 'incomplete', 'max_output_tokens'],
    ['sensitive', 'incomplete', 'content_filter'],
    ['content_filter', 'incomplete', 'content_filter'],
    ['model_context_window_exceeded', 'incomplete', 'max_output_tokens'],
    ['network_error', 'failed', 'server_error'],
    ['error', 'failed', 'server_error'],
  ])('%s behind text ends as %s %s', (reason, status, detail) => {
    const { response } = runStream([text('Some text'), finish(reason)]);
    expect(response.status).toBe(status);
    expect(response.incomplete_details?.reason ?? response.error?.code).toBe(detail);
  });

  test.each([
    ['stop', 'empty_answer'],
    ['tool_calls', 'empty_answer'],
    ['model_context_window_exceeded', 'context_length_exceeded'],
    ['network_error', 'server_error'],
  ])('%s with no answer fails with %s', (reason, code) => {
    const { response } = runStream([reasoning('Hm.'), finish(reason)]);
    expect(response.error?.code).toBe(code);
    expect(response.output).toEqual([]);
  });

  test.each(['length', 'sensitive', 'model_context_window_exceeded', 'network_error'])(
    '%s never ends a call, so codex never runs it',
    (reason) => {
      const { events, response } = runStream([
        text('Cleaning.'),
        call('exec_command', '{"cmd":"rm -rf build"}'),
        finish(reason),
      ]);
      const done = events.filter(({ type }) => type === 'response.output_item.done');
      expect(done.map((event) => 'item' in event && event.item.type)).toEqual(['message']);
      expect(response.output.map(({ type }) => type)).toEqual(['message']);
      expect(illegalities(events)).toEqual([]);
    },
  );

  test('ends calls at once, before usage and the end of the stream', () => {
    const state = started(call('exec_command', '{"cmd":"ls"}'));
    expect(types(reduceChunk(state, finish('tool_calls')))).toEqual([
      'response.function_call_arguments.done',
      'response.output_item.done',
    ]);
  });

  test('is followed by usage that still counts, and by deltas that do not', () => {
    const { response, diagnostics } = runStream([text('A'), finish('stop'), text('B'), text('C'), usage(7, 3)]);
    expect(response.usage).toMatchObject({ input_tokens: 7, output_tokens: 3, total_tokens: 10 });
    expect(response.output).toMatchObject([{ content: [{ text: 'A' }] }]);
    expect(diagnostics).toEqual([{ code: 'late-delta-ignored', detail: '2 behind finish_reason' }]);
  });
});

describe('a stream without finish_reason', () => {
  test.each<[string, ChatCompletionChunk[], string]>([
    ['nothing at all', [], 'stream_cut'],
    ['text only', [text('Hel')], 'stream_cut'],
    ['usage of zeros', [text('Hel'), usage(0, 0)], 'stream_cut'],
    ['usage on each chunk', ['a', 'b'].map((content) => ({ ...text(content), ...countedUsage() })), 'stream_cut'],
    ['usage, but no answer', [usage(10, 0)], 'empty_answer'],
  ])('with %s fails', (_, chunks, code) => {
    expect(runStream(chunks).response.error?.code).toBe(code);
  });

  test.each<[string, ChatCompletionChunk[]]>([
    ['in a chunk of its own', [text('Hello'), usage(10, 2)]],
    ['on the last chunk', [{ ...text('Hello'), ...countedUsage() }]],
    [
      'in the choice',
      [text('Hello'), { choices: [{ delta: {}, usage: { prompt_tokens: 10, completion_tokens: 2 } }] }],
    ],
  ])('is complete when usage came %s', (_, chunks) => {
    const { response } = runStream(chunks);
    expect(response.status).toBe('completed');
    expect(response.usage?.input_tokens).toBe(10);
  });
});

describe('the outcome of an attempt', () => {
  test.each<[string, ChatCompletionChunk[], string]>([
    ['text', [text('Hi'), finish('stop')], 'answered'],
    ['a call', [call('get_goal', ''), finish('stop')], 'answered'],
    ['too much reasoning', [reasoning('Hm'), finish('length')], 'answered'],
    ['a filter', [finish('sensitive')], 'answered'],
    ['only reasoning', [reasoning('Hm'), finish('stop')], 'reasoning-only'],
    ['only blanks', [text(' \n'), finish('stop')], 'empty'],
    ['only a finish_reason', [finish('stop')], 'empty'],
    ['only usage', [usage(10, 0)], 'empty'],
    ['no end', [text('Hi')], 'cut'],
    ['a failure of the provider', [text('Hi'), finish('network_error')], 'failed'],
  ])('with %s', (_, chunks, outcome) => {
    expect(streamOutcome(started(...chunks))).toBe(outcome);
  });

  test('is that of the newest attempt, and one response holds all of them', () => {
    const state = startStream(streamOptions());
    const events = openStream(state);
    for (const one of [reasoning('Hm.'), finish('stop'), usage(10, 5)]) events.push(...reduceChunk(state, one));
    expect(streamOutcome(state)).toBe('reasoning-only');
    events.push(...restartStream(state));
    expect(streamOutcome(state)).toBe('cut');
    for (const one of [reasoning('Better.'), text('Yes.'), finish('stop')]) events.push(...reduceChunk(state, one));
    expect(streamOutcome(state)).toBe('answered');
    events.push(...reduceEnd(state));
    expect(illegalities(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { output: [{ type: 'reasoning' }, { type: 'reasoning' }, { type: 'message' }] },
    });
  });
});

describe('reasoning', () => {
  test.each<[string, ChatDelta, string]>([
    ['reasoning_content', { reasoning_content: 'Hm.' }, 'Hm.'],
    ['reasoning', { reasoning: 'Hm.' }, 'Hm.'],
    [
      'reasoning_details',
      { reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }] },
      '[{"type":"reasoning.text","text":"Hm."}]',
    ],
  ])('of the field %s comes back from the envelope', (field, delta, sealedText) => {
    const { response } = runStream([chunk(delta), text('Yes.'), finish('stop')]);
    const [item] = response.output;
    expect(item).toMatchObject({ type: 'reasoning', summary: [{ text: 'Hm.' }] });
    const envelope = item?.type === 'reasoning' ? item.encrypted_content : undefined;
    expect(openReasoning(envelope ?? '')).toEqual({ ok: true, family: 'glm', field, text: sealedText });
  });

  test('is ended before the text that follows it is shown', () => {
    const state = started(reasoning('Hm.'));
    expect(types(reduceChunk(state, text('Yes')))).toEqual([
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
    ]);
  });

  test('as answer: only when told to', () => {
    const chunks = [reasoning('42.'), finish('stop')];
    expect(runStream(chunks).response.status).toBe('failed');
    const { response } = runStream(chunks, { answerInReasoning: true });
    expect(response.output.at(-1)).toMatchObject({ type: 'message', content: [{ text: '42.' }] });
  });
});

describe('calls', () => {
  test('to a tool that nobody declared are passed on with a diagnostic', () => {
    const { response, diagnostics } = runStream([call('update_plan', '{"plan":[]}'), finish('tool_calls')]);
    expect(response.output).toMatchObject([{ type: 'function_call', name: 'update_plan', arguments: '{"plan":[]}' }]);
    expect(diagnostics).toContainEqual({ code: 'call-to-unknown-tool', detail: 'update_plan' });
  });

  test('without a name are dropped with a diagnostic', () => {
    const { response, diagnostics } = runStream([text('Hm.'), call('', '{}'), finish('stop')]);
    expect(response.output.map(({ type }) => type)).toEqual(['message']);
    expect(diagnostics).toContainEqual({ code: 'call-dropped', detail: 'call without a name' });
  });

  test('with repaired arguments tell how, without the content', () => {
    const { diagnostics } = runStream([call('exec_command', '{"cmd":"secret'), finish('stop')]);
    expect(diagnostics).toContainEqual({ code: 'call-arguments-repaired', detail: 'exec_command: unclosed' });
  });

  test('show their arguments while they arrive', () => {
    const state = started(call('exec_command', ''));
    const events = reduceChunk(state, calls({ index: 0, function: { arguments: '{"cmd"' } }));
    expect(events).toMatchObject([
      { type: 'response.function_call_arguments.delta', delta: '{"cmd"', output_index: 0 },
    ]);
  });

  test('keep the first key of an object inside an object of the same key', () => {
    const { response } = runStream([
      call('exec_command', '{"filter":'),
      calls({ index: 0, function: { arguments: '{"filter":1,"b":2}' } }),
      calls({ index: 0, function: { arguments: '}' } }),
      finish('stop'),
    ]);
    expect(response.output).toMatchObject([{ arguments: '{"filter":{"filter":1,"b":2}}' }]);
  });

  test('whose name comes in two pieces get the declared one', () => {
    const { response } = runStream([
      calls({ index: 0, id: 'call_1', function: { name: 'exec_' } }),
      calls({ index: 0, function: { name: 'command', arguments: '{"cmd":"ls"}' } }),
      finish('stop'),
    ]);
    expect(response.output).toMatchObject([{ name: 'exec_command', arguments: '{"cmd":"ls"}' }]);
  });

  test('get an id that is new in the conversation', () => {
    const { response, diagnostics } = runStream([call('get_goal', '{}', 'call_7'), finish('stop')], {
      usedCallIds: new Set(['call_7', 'call_7_2']),
    });
    expect(response.output).toMatchObject([{ call_id: 'call_7_3' }]);
    expect(diagnostics).toContainEqual({ code: 'call-id-renamed', detail: 'call_7' });
  });

  test('written as markup stay text unless it is looked for', () => {
    const markup = '<tool_call>get_goal</tool_call>';
    const chunks = [text(markup), finish('stop')];
    expect(runStream(chunks).response.output).toMatchObject([{ type: 'message', content: [{ text: markup }] }]);
    expect(runStream(chunks, { toolCallMarkup: true }).response.output).toMatchObject([{ name: 'get_goal' }]);
  });

  test.each([
    ['<tool_call>exec_command<arg_key>cmd</arg_key><arg_value>ls</arg_value>', 'stop', ['function_call']],
    ['<tool_call>exec_command<arg_key>cmd</arg_key><arg_value>ls</arg_value>', 'length', []],
    ['<tool_call>exec_command<arg_key>cmd</arg_key><arg_value>rm', 'stop', ['message']],
    ['<tool_call> is how GLM begins a call.', 'stop', ['message']],
    ['a < b and <tool', 'stop', ['message']],
  ])('in markup without its end: %j, %s', (content, reason, wanted) => {
    const { response } = runStream([text(content), finish(reason)], { toolCallMarkup: true });
    expect(response.output.map(({ type }) => type)).toEqual(wanted);
  });
});

describe('a stuck model', () => {
  test.each([
    ['the same short delta', Array.from({ length: 400 }, () => 'la ')],
    ['one character in long deltas', Array.from({ length: 21 }, () => '!'.repeat(100))],
  ])('is stopped: %s', (_, deltas) => {
    expect(runStream(deltas.map(text)).response.error).toMatchObject({ code: 'server_error' });
    expect(runStream(deltas.map(reasoning)).response.error).toMatchObject({ code: 'server_error' });
  });

  test.each([
    ['fewer of the same', Array.from({ length: 399 }, () => 'la ')],
    ['a long line', ['-'.repeat(2000)]],
    ['long lines', Array.from({ length: 30 }, () => `${'='.repeat(100)}\n`)],
  ])('is something else than %s', (_, deltas) => {
    expect(runStream([...deltas.map(text), finish('stop')]).response.status).toBe('completed');
  });
});

test('usage that the provider did not send is estimated and marked', () => {
  const { response, diagnostics } = runStream([reasoning('12345678'), text('1234'), finish('stop')]);
  expect(response.usage).toEqual({
    input_tokens: 1000,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 3,
    output_tokens_details: { reasoning_tokens: 2 },
    total_tokens: 1003,
  });
  expect(diagnostics).toEqual([{ code: 'usage-estimated', detail: 'the provider sent none' }]);
});

test('diagnostics are empty when all went well', () => {
  const state = started(text('Hi'), finish('stop'), usage(10, 2));
  reduceEnd(state);
  expect(diagnosticsOf(state)).toEqual([]);
});
