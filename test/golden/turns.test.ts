import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TurnNotification } from '../../src/protocol/app-server.ts';
import { toCompletionUsage, type CompletionPart } from '../../src/translate/reverse/completion.ts';
import {
  reduceNotification,
  startTurnStream,
  turnUsage,
  type ProgressMode,
} from '../../src/translate/reverse/reduce-notification.ts';
import { repositoryRoot } from '../helpers/test-place.ts';

// what codex 0.169's app-server said in real turns, without its changing ids and times
const folder = join(repositoryRoot, 'fixtures/reverse');
const suffix = '.notifications.jsonl';
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(suffix))
  .map((name) => name.slice(0, -suffix.length));

function fold(name: string, progress: ProgressMode, lastMessageOnly = false) {
  const lines = readFileSync(join(folder, name + suffix), 'utf8')
    .trim()
    .split('\n');
  const state = startTurnStream({ reasoning: true, progress, lastMessageOnly });
  const parts: CompletionPart[] = lines.flatMap((line) =>
    reduceNotification(state, JSON.parse(line) as TurnNotification),
  );
  return { parts, usage: toCompletionUsage(turnUsage(state)), lastMessage: state.lastMessage };
}

test.each(cases.flatMap((name) => (['off', 'text', 'events'] as const).map((progress) => [name, progress] as const)))(
  'the turn %s, progress %s',
  async (name, progress) => {
    const { parts, usage } = fold(name, progress);
    const text = [...parts, { usage }].map((part) => `${JSON.stringify(part)}\n`).join('');
    await expect(text).toMatchFileSnapshot(join(folder, `${name}.${progress}.parts.jsonl`));
  },
);

test('where the answer must be one JSON value, only the last message is given, and only at the end', () => {
  const { parts, lastMessage } = fold('two-messages', 'off', true);
  expect(parts.some((part) => 'delta' in part && part.delta.content !== undefined)).toBe(false);
  expect(lastMessage).toBe('Nothing there.');
});
