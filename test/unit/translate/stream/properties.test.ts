import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChatCompletionChunk } from '../../../../src/protocol/chat.ts';
import {
  diagnosticsOf,
  openStream,
  reduceChunk,
  reduceEnd,
  reduceFailure,
  restartStream,
  startStream,
} from '../../../../src/translate/stream/reduce.ts';
import { illegalities } from '../../../helpers/legal-events.ts';
import { runStream, streamOptions } from '../../../helpers/stream-case.ts';
import { fuzzed } from '../../../helpers/fuzz.ts';

const piece = fc.constantFrom(
  'a',
  'word ',
  ' ',
  '\n',
  '',
  '<think>',
  '</think>',
  '<thi',
  'nk>',
  '<tool_call>',
  '</tool_call>',
  'get_goal',
  '<arg_key>cmd</arg_key>',
  '<arg_value>ls</arg_value>',
  '\ud83d',
  '\ude00',
  '!!!!',
  '\u0000',
);
const args = fc.constantFrom(
  '',
  '{',
  '}',
  '{"cmd"',
  ':',
  '"ls"',
  '{"cmd":"ls"}',
  '{}',
  '"',
  '\\',
  'null',
  '\ud83d',
  '{"cmd":"l',
  ' ',
  '{"input":"*** Begin Patch\\n',
  '*** End Patch"}',
);
const junk = fc.constantFrom<unknown>(null, undefined, 3, true, {}, [], [null], 'x');
/** Mostly `value`, sometimes something that has no business there. */
const orJunk = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: junk });

const toolCall = fc.record(
  {
    index: orJunk(fc.nat(2)),
    id: orJunk(fc.constantFrom('', 'call_1', 'call_2')),
    function: orJunk(
      fc.record(
        {
          name: orJunk(
            fc.constantFrom(
              '',
              'exec_command',
              'exec_',
              'apply_patch',
              'tool_search',
              'mcp__tiny__add_numbers',
              'nobody',
            ),
          ),
          arguments: orJunk(args),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);
const delta = fc.record(
  {
    role: fc.constant('assistant'),
    content: orJunk(piece),
    reasoning_content: orJunk(piece),
    reasoning: orJunk(piece),
    reasoning_details: orJunk(
      fc.array(fc.record({ type: fc.constant('reasoning.text'), text: piece }), { maxLength: 2 }),
    ),
    tool_calls: orJunk(fc.array(toolCall, { maxLength: 2 })),
  },
  { requiredKeys: [] },
);
const finishReason = fc.constantFrom(
  'stop',
  'tool_calls',
  'length',
  'sensitive',
  'network_error',
  'model_context_window_exceeded',
  '',
  null,
);
const chunk = fc.record(
  {
    choices: orJunk(
      fc.array(
        fc.oneof(
          { weight: 9, arbitrary: fc.record({ index: fc.constant(0), delta: orJunk(delta) }) },
          { weight: 1, arbitrary: fc.record({ message: orJunk(delta), finish_reason: finishReason }) },
          { weight: 1, arbitrary: fc.record({ delta, finish_reason: finishReason }) },
        ),
        { maxLength: 1 },
      ),
    ),
    usage: fc.option(fc.record({ prompt_tokens: fc.nat(9), completion_tokens: fc.nat(9) }), { freq: 10 }),
    web_search: fc.option(fc.constant([{ link: 'https://example.org/' }, null]), { freq: 10 }),
  },
  { requiredKeys: ['choices'] },
) as fc.Arbitrary<ChatCompletionChunk>;
const step = fc.oneof({ weight: 30, arbitrary: chunk }, { weight: 1, arbitrary: fc.constant('restart' as const) });
const switches = fc.record({ toolCallMarkup: fc.boolean(), answerInReasoning: fc.boolean() });

describe('whatever the provider sends', () => {
  test('the events are legal, with exactly one terminal event', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), switches, fc.boolean(), (steps, options, fails) => {
        const state = startStream(streamOptions(options));
        const events = openStream(state);
        let restarted = false;
        for (const one of steps) {
          if (one === 'restart') restarted = true;
          events.push(...(one === 'restart' ? restartStream(state) : reduceChunk(state, one)));
        }
        events.push(...(fails ? reduceFailure(state, { code: 'x', message: 'y' }) : reduceEnd(state)));
        const repaired = diagnosticsOf(state).some(({ code }) => code === 'call-arguments-repaired');
        const wrong = illegalities(events, { repaired });
        // A restart abandons calls under way; the exchange never does that, see restartStream.
        expect(wrong.filter((one) => !(restarted && one.endsWith('completed with an open item')))).toEqual([]);
      }),
      fuzzed('stream-events', { seed: 5, numRuns: 4000 }),
    );
  });

  test('the same chunks give the same events', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 10 }), (chunks) => {
        expect(runStream(chunks).events).toEqual(runStream(chunks).events);
      }),
      fuzzed('stream-repeatable', { seed: 6, numRuns: 200 }),
    );
  });
});

describe('where the deltas are cut', () => {
  const stop: ChatCompletionChunk = { choices: [{ delta: {}, finish_reason: 'stop' }] };

  test('makes no difference to text, reasoning and calls in content', () => {
    const content = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => `x${pieces.join('')}`);
    const start = fc.constantFrom('', '<think>', ' <think>', '</think>', '<think>\n', '\n');
    fc.assert(
      fc.property(start, content, fc.array(fc.nat(80), { maxLength: 6 }), switches, (head, tail, cuts, options) => {
        const whole = head + tail;
        const parts = cutAt(whole, cuts).map((part): ChatCompletionChunk => ({
          choices: [{ delta: { content: part } }],
        }));
        const inParts = runStream([...parts, stop], options).response.output;
        const atOnce = runStream([{ choices: [{ delta: { content: whole } }] }, stop], options).response.output;
        expect(inParts).toEqual(atOnce);
      }),
      fuzzed('stream-content-cuts', { seed: 7, numRuns: 1500 }),
    );
  });

  test('makes no difference to arguments', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.array(fc.nat(60), { maxLength: 6 }),
        (object, cuts) => {
          const whole = JSON.stringify(object);
          const parts = cutAt(whole, cuts).map((part): ChatCompletionChunk => ({
            choices: [
              { delta: { tool_calls: [{ index: 0, id: 'call_1', function: { name: 'get_goal', arguments: part } }] } },
            ],
          }));
          const { response } = runStream([...parts, stop]);
          expect(response.output).toMatchObject([{ type: 'function_call', arguments: whole }]);
        },
      ),
      fuzzed('stream-argument-cuts', { seed: 8, numRuns: 500 }),
    );
  });

  test('makes no difference to a whole completion', () => {
    const message = {
      reasoning_content: 'Hm.',
      content: 'Yes.',
      tool_calls: [{ id: 'call_1', function: { name: 'get_goal' } }],
    };
    const usage = { prompt_tokens: 10, completion_tokens: 5 };
    const { response: whole } = runStream([{ choices: [{ message, finish_reason: 'stop' }], usage }]);
    const { response } = runStream([
      { choices: [{ delta: { reasoning_content: 'H' } }] },
      { choices: [{ delta: { reasoning_content: 'm.' } }] },
      { choices: [{ delta: { content: 'Ye' } }] },
      { choices: [{ delta: { content: 's.' } }] },
      { choices: [{ delta: { tool_calls: message.tool_calls } }] },
      { ...stop, usage },
    ]);
    expect(whole).toEqual(response);
  });
});

function cutAt(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
  return places.slice(1).map((end, i) => text.slice(places[i], end));
}
