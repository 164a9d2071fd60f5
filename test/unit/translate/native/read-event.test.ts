import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutputItem } from '../../../../src/protocol/responses.ts';
import { createEventReader, endOfEvents, readEvent } from '../../../../src/translate/native/read-event.ts';
import { illegalities } from '../../../helpers/legal-events.ts';
import { nativeEvents, type NativeEvent } from '../../../helpers/native-provider.ts';
import { runStream } from '../../../helpers/stream-case.ts';
import { fuzzed } from '../../../helpers/fuzz.ts';

function run(events: readonly Record<string, unknown>[]) {
  const reader = createEventReader();
  const chunks = events.flatMap((event) => readEvent(reader, event) ?? []);
  return runStream([...chunks, ...[endOfEvents(reader) ?? []].flat()]);
}

const text = fc.constantFrom('', 'a', 'bc', '{"cmd":"ls"}', '\ud83d', '\ude80');
const place = fc.record(
  {
    output_index: fc.constantFrom(0, 1, 2),
    item_id: fc.constantFrom('a', 'b', ''),
    summary_index: fc.constantFrom(0, 1),
  },
  { requiredKeys: [] },
);
const parts = fc.oneof(
  fc.constant(null),
  fc.array(fc.record({ type: fc.constant('output_text'), text }), { maxLength: 2 }),
);
const item = fc.record(
  {
    type: fc.constantFrom('message', 'reasoning', 'function_call', 'custom_tool_call', 'web_search_call', ''),
    id: fc.constantFrom('a', 'b', '', null),
    call_id: fc.constantFrom('c', 'd', ''),
    name: fc.constantFrom('exec_command', 'apply_patch', 'mcp__tiny__add_numbers', ''),
    arguments: fc.oneof(text, fc.constant(null), fc.constant({})),
    input: text,
    content: parts,
    summary: parts,
    encrypted_content: fc.constantFrom(null, 'x'),
  },
  { requiredKeys: ['type'] },
);
const response = fc.record(
  {
    object: fc.constant('response'),
    status: fc.constantFrom('completed', 'incomplete', 'failed'),
    output: fc.array(item, { maxLength: 3 }),
    usage: fc.constantFrom(null, {}, { input_tokens: 3, output_tokens: 4 }),
  },
  { requiredKeys: [] },
);
const event = fc
  .tuple(
    fc.constantFrom(
      'output_text.delta',
      'refusal.delta',
      'reasoning_text.delta',
      'reasoning_summary_text.delta',
      'reasoning_summary_part.added',
      'function_call_arguments.delta',
      'custom_tool_call_input.delta',
      'output_item.added',
      'output_item.done',
      'completed',
      'incomplete',
      'failed',
      'novelty',
    ),
    place,
    text,
    item,
    response,
  )
  .map(([type, at, delta, eventItem, eventResponse]) => ({
    type: `response.${type}`,
    ...at,
    delta,
    item: eventItem,
    response: eventResponse,
  }));

test('any sequence of events becomes a legal stream with one terminal event', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const { events: given, diagnostics } = run(events);
      const repaired = diagnostics.some(({ code }) => code === 'call-arguments-repaired');
      expect(illegalities(given, { repaired })).toEqual([]);
    }),
    fuzzed('native-events', { seed: 20_261_121, numRuns: 3000 }),
  );
});

test('an answer reads the same when events that only repeat others are left out', () => {
  const answer = nativeEvents({
    reasoning: 'Think of it.',
    text: 'I do two things.',
    calls: [
      { name: 'exec_command', arguments: { cmd: 'ls' } },
      { name: 'mcp__tiny__add_numbers', arguments: { a: 1, b: 2 } },
    ],
    patch: '*** Begin Patch\n*** Delete File: x\n*** End Patch',
  });
  const whole = run(answer).response;
  expect(whole.output).toHaveLength(5);
  for (const left of [/\.delta$/, /item\.added$/, /item\.done$/, /item|part|delta|text/]) {
    const { output } = run(answer.filter(isKind(left))).response;
    expect(output.map(withoutSeal), String(left)).toEqual(whole.output.map(withoutSeal));
  }
});

test('items are told apart where a server leaves out their ids and places, or gives all the same place', () => {
  const answer = nativeEvents({
    text: 'Two calls.',
    calls: [
      { name: 'exec_command', arguments: { cmd: 'ls' } },
      { name: 'get_goal', arguments: {} },
    ],
  });
  const whole = run(answer).response;
  const nowhere = answer.map((each): NativeEvent => ({ ...withoutId(each), output_index: undefined }));
  const samePlace = answer.map((each): NativeEvent => ({ ...withoutId(each), output_index: 0 }));
  expect(run(nowhere).response.output).toEqual(whole.output);
  expect(run(samePlace).response.output).toEqual(whole.output);
  const onlyDone = samePlace.filter(({ type }) => /item.done|completed/.test(String(type)));
  expect(run(onlyDone).response.output).toEqual(whole.output);
  // the next item begins before the last one has ended
  const openEnds = nowhere.filter(({ type }) => type !== 'response.output_item.done');
  expect(run(openEnds).response.output).toEqual(whole.output);
});

test('text whose end stands in the terminal event alone is whole', () => {
  const answer = nativeEvents({ reasoning: 'Think.', text: 'Two halves.' });
  const lastDelta = answer.findLastIndex(({ type }) => type === 'response.output_text.delta');
  const cut = answer.toSpliced(lastDelta, 1).filter(({ type }) => type !== 'response.output_item.done');
  expect(run(cut.map(withoutId)).response.output.at(-1)).toEqual(run(answer).response.output.at(-1));
});

function withoutId(each: NativeEvent): NativeEvent {
  return { ...each, item_id: undefined, item: nameless(each['item']) };
}

function isKind(left: RegExp): (each: NativeEvent) => boolean {
  return (each) => !left.test(String(each['type']));
}

function nameless(each: unknown): Record<string, unknown> | undefined {
  return typeof each === 'object' && each !== null ? { ...each, id: undefined } : undefined;
}

test('a call id that the conversation has seen is made unique', () => {
  const answer = nativeEvents({ calls: [{ name: 'exec_command', arguments: {} }] });
  const reader = createEventReader();
  const chunks = answer.flatMap((each) => readEvent(reader, each) ?? []);
  const { response: given } = runStream(chunks, { usedCallIds: new Set(['call_0_0']) });
  expect(given.output).toMatchObject([{ type: 'function_call', call_id: 'call_0_0_2' }]);
});

/** Without the provider's own item, which is put together from its deltas where its end is missing. */
function withoutSeal(each: OutputItem): OutputItem {
  return each.type === 'reasoning' ? { ...each, encrypted_content: '' } : each;
}
