import { expect, test } from 'vitest';
import type { TurnNotification } from '../../../../src/protocol/app-server.ts';
import {
  reduceNotification,
  startTurnStream,
  type ProgressMode,
} from '../../../../src/translate/reverse/reduce-notification.ts';

function tell(progress: ProgressMode, willRetry: boolean) {
  const error = { message: 'Reconnecting... 1/5', codexErrorInfo: null };
  const notification: TurnNotification = { method: 'error', params: { threadId: 't', turnId: 'u', error, willRetry } };
  return reduceNotification(startTurnStream({ reasoning: true, progress, lastMessageOnly: false }), notification);
}

test('that codex asks its provider again is told as progress, and the error of a turn is not told twice', () => {
  expect(tell('off', true)).toEqual([]);
  expect(tell('text', true)).toEqual([{ delta: { reasoning_content: '(codex asks again: Reconnecting... 1/5)\n' } }]);
  expect(tell('events', true)).toMatchObject([{ progress: { type: 'retry', message: 'Reconnecting... 1/5' } }]);
  for (const progress of ['text', 'events'] as const) expect(tell(progress, false)).toEqual([]);
});
