import { describe, expect, test } from 'vitest';
import { createLimiter } from '../../../src/provider/limiter.ts';
import { within } from '../../helpers/deadline.ts';

const open = new AbortController().signal;

describe('a limit of requests at once', () => {
  test('lets the next one in when one leaves, in the order of their coming', async () => {
    const waits: number[] = [];
    const limiter = createLimiter({ maxConcurrent: 1, requestsPerMinute: 0, onWait: (n) => waits.push(n) });
    const order: string[] = [];
    const first = await limiter.enter(open);
    const second = limiter.enter(open).then((place) => (order.push('second'), place));
    const third = limiter.enter(open).then((place) => (order.push('third'), place));
    first[Symbol.dispose]();
    (await second)[Symbol.dispose]();
    (await third)[Symbol.dispose]();
    expect(order).toEqual(['second', 'third']);
    expect(waits).toEqual([1, 2]);
  });

  test('holds for those that come at the same moment, and for one that comes as another leaves', async () => {
    const limiter = createLimiter({ maxConcurrent: 1, requestsPerMinute: 0 });
    let inside = 0;
    let most = 0;
    const enter = async () => {
      const place = await limiter.enter(open);
      most = Math.max(most, ++inside);
      return place;
    };
    const [first, second] = [enter(), enter()];
    const place = await first;
    inside--;
    place[Symbol.dispose]();
    const third = enter();
    for (const next of [second, third]) {
      const held = await within(1000, 'a place', next);
      inside--;
      held[Symbol.dispose]();
    }
    expect(most).toBe(1);
  });

  test('forgets one that gives up while it waits', async () => {
    const limiter = createLimiter({ maxConcurrent: 1, requestsPerMinute: 0 });
    const first = await limiter.enter(open);
    const leaving = new AbortController();
    const gone = limiter.enter(leaving.signal);
    const next = limiter.enter(open);
    leaving.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    first[Symbol.dispose]();
    await within(1000, 'the next one to get in', next);
  });

  test('does not let one in that has given up before', async () => {
    const limiter = createLimiter({ maxConcurrent: 0, requestsPerMinute: 0 });
    await expect(limiter.enter(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });
});

test('a limit per minute counts requests begun in the last 60 s', async () => {
  let nowMs = 0;
  const limiter = createLimiter({ maxConcurrent: 0, requestsPerMinute: 2, now: () => nowMs });
  await limiter.enter(open);
  nowMs = 30_000;
  await limiter.enter(open);
  const giveUp = new AbortController();
  const third = limiter.enter(giveUp.signal);
  giveUp.abort();
  await expect(third).rejects.toMatchObject({ name: 'AbortError' });
  nowMs = 60_001;
  await within(1000, 'a place after the first one is a minute old', limiter.enter(open));
});
