import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEventReader, endOfEvents, readEvent } from '../../src/translate/native/read-event.ts';
import { illegalities } from '../helpers/legal-events.ts';
import { runStream } from '../helpers/stream-case.ts';

/** `<case>.provider.jsonl`: one event of a provider's own Responses stream a line. */
const folder = join(import.meta.dirname, '../../fixtures/native');
const ending = '.provider.jsonl';
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(ending))
  .map((name) => name.slice(0, -ending.length));

describe.each(cases)('%s', (name) => {
  const reader = createEventReader();
  const chunks = readFileSync(join(folder, name + ending), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => readEvent(reader, JSON.parse(line) as Record<string, unknown>) ?? []);
  const { events, diagnostics } = runStream([...chunks, ...[endOfEvents(reader) ?? []].flat()], {
    family: 'glm+responses',
  });

  test('gives the recorded events', async () => {
    const lines = events.map((event) => JSON.stringify(event)).join('\n') + '\n';
    await expect(lines).toMatchFileSnapshot(join(folder, `${name}.events.jsonl`));
  });

  test('gives legal events', () => {
    const repaired = diagnostics.some(({ code }) => code === 'call-arguments-repaired');
    expect(illegalities(events, { repaired })).toEqual([]);
  });
});
