import type { StoredResponse } from '../../src/history/store.ts';
import type { OutputItem } from '../../src/protocol/responses.ts';
import { responseSkeleton } from './stream-case.ts';

/** A finished response that answered "Hi" with a text. */
export function storedResponse(
  id: string,
  text = 'Hello',
  { reasoning, depth = 0 }: { reasoning?: string; depth?: number } = {},
): StoredResponse {
  const stem = id.slice(id.indexOf('_') + 1);
  const output: OutputItem[] = [
    {
      type: 'message',
      id: `msg_${stem}_1`,
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    },
  ];
  if (reasoning !== undefined) {
    output.unshift({ type: 'reasoning', id: `rs_${stem}_0`, summary: [], encrypted_content: reasoning });
  }
  return {
    response: { ...responseSkeleton(), id, status: 'completed', output },
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
    depth,
  };
}
