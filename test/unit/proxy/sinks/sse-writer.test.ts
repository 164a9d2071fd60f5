import { describe, expect, it } from 'vitest';
import type { ResponseEvent } from '../../../../src/protocol/responses.ts';
import { encodeEvents } from '../../../../src/proxy/sinks/sse-writer.ts';

describe('encodeEvents', () => {
  const delta = 'a "quoted"\nline \\ \u2028 \ud800 🚀';
  const events: ResponseEvent[] = [
    {
      type: 'response.output_text.delta',
      item_id: 'msg_0a_0',
      output_index: 1,
      content_index: 0,
      delta,
      logprobs: [],
      sequence_number: 7,
    },
    {
      type: 'response.reasoning_summary_text.delta',
      item_id: 'rs_0a_0',
      output_index: 0,
      summary_index: 0,
      delta,
      sequence_number: 8,
    },
    {
      type: 'response.function_call_arguments.delta',
      item_id: 'fc_0a_2',
      output_index: 2,
      delta,
      sequence_number: 9,
    },
    {
      type: 'response.output_text.done',
      item_id: 'msg_0a_0',
      output_index: 1,
      content_index: 0,
      text: delta,
      logprobs: [],
      sequence_number: 10,
    },
  ];

  it.each(events)('$type is the same as by JSON.stringify', (event) => {
    const text = encodeEvents([event]);
    const [eventLine, dataLine, ...rest] = text.split('\n');
    expect(eventLine).toBe(`event: ${event.type}`);
    expect(rest).toEqual(['', '']);
    expect(dataLine?.startsWith('data: ')).toBe(true);
    expect(JSON.parse(dataLine?.slice(6) ?? '')).toEqual(event);
  });

  it('puts events one behind the other', () => {
    expect(encodeEvents(events)).toBe(events.map((event) => encodeEvents([event])).join(''));
  });
});
