import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accumulateResponse } from 'openai/lib/responses/ResponseAccumulator';
import type { ResponseStreamEvent, Response as OpenAiResponse } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import type { ChatCompletionChunk } from '../../src/protocol/chat.ts';
import type { Response, ResponseEvent } from '../../src/protocol/responses.ts';
import { illegalities } from '../helpers/legal-events.ts';
import { runStream } from '../helpers/stream-case.ts';

/** `<case>.chunks.jsonl`: one chunk a line; `<case>.options.json`, where there is one: what differs from the usual. */
const folder = join(import.meta.dirname, '../../fixtures/streams');
const ending = '.chunks.jsonl';
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length));

interface CaseOptions {
  toolCallMarkup?: boolean;
  answerInReasoning?: boolean;
  usedCallIds?: string[];
}

describe.each(cases)('%s', (name) => {
  const chunks = readFileSync(join(folder, name + ending), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ChatCompletionChunk);
  const { usedCallIds = [], ...options } = optionsOf(name);
  const { events, response, diagnostics } = runStream(chunks, { ...options, usedCallIds: new Set(usedCallIds) });

  test('gives the recorded events', async () => {
    const lines = events.map((event) => JSON.stringify(event)).join('\n') + '\n';
    await expect(lines).toMatchFileSnapshot(join(folder, `${name}.events.jsonl`));
  });

  test('gives legal events', () => {
    const repaired = diagnostics.some(({ code }) => code === 'call-arguments-repaired');
    expect(illegalities(events, { repaired })).toEqual([]);
  });

  test('is read by the official client as the response that it ends with', () => {
    expect(withoutOutputText(accumulate(events))).toEqual(response);
    if (response.status !== 'completed') return;
    const { output } = accumulate(events.slice(0, -1));
    expect(output).toEqual(response.output);
  });
});

function optionsOf(name: string): CaseOptions {
  const file = `${name}.options.json`;
  return readdirSync(folder).includes(file)
    ? (JSON.parse(readFileSync(join(folder, file), 'utf8')) as CaseOptions)
    : {};
}

/** Folds events as the `openai` package does for its users. */
function accumulate(events: readonly ResponseEvent[]): OpenAiResponse {
  let snapshot: OpenAiResponse | undefined;
  for (const event of events) snapshot = accumulateResponse(event as unknown as ResponseStreamEvent, snapshot);
  if (!snapshot) throw new Error('no events');
  return snapshot;
}

/** The official client adds a field of its own. */
function withoutOutputText({ output_text: _, ...response }: OpenAiResponse): Response {
  return response as unknown as Response;
}
