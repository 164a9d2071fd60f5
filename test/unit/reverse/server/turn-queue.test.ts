import { expect, test } from 'vitest';
import { createTurnQueue } from '../../../../src/reverse/server/turn-queue.ts';
import { signalOf, within } from '../../../helpers/deadline.ts';

const here = new AbortController().signal;

test('turns of one session run one after the other, in order; other sessions do not wait', async () => {
  const queue = createTurnQueue({ maxTurns: 10, whenBusy: 'wait' });
  const first = signalOf();
  const order: string[] = [];
  const note = (name: string) => async () => void order.push(name);
  const all = [
    queue.run('a', here, () => first.promise.then(note('a1'))),
    queue.run('a', here, note('a2')),
    queue.run('a', here, note('a3')),
  ];
  await within(1000, 'another session', queue.run('b', here, note('b1')));
  await within(1000, 'no session', queue.run(undefined, here, note('none')));
  first.resolve();
  await within(1000, 'the line', Promise.all(all));
  expect(order).toEqual(['b1', 'none', 'a1', 'a2', 'a3']);
});

test('a turn that fails, or whose client leaves while it waits, does not stop the line', async () => {
  const queue = createTurnQueue({ maxTurns: 10, whenBusy: 'wait' });
  const first = signalOf();
  const left = new AbortController();
  const failing = queue.run('a', here, () => first.promise.then(() => Promise.reject(new Error('broken'))));
  const leaving = queue.run('a', left.signal, async () => 'not run');
  const last = queue.run('a', here, async () => 'run');
  left.abort(new Error('left'));
  first.resolve();
  await expect(failing).rejects.toThrow('broken');
  await expect(leaving).rejects.toThrow('left');
  expect(await within(1000, 'the last', last)).toBe('run');
});

test('a client that leaves while it waits gives its place back at once, and nobody overtakes the turn that runs', async () => {
  const queue = createTurnQueue({ maxTurns: 2, whenBusy: 'wait' });
  const gate = signalOf();
  const left = new AbortController();
  const running = queue.run('a', here, () => gate.promise.then(() => order.push('first')));
  const leaving = queue.run('a', left.signal, async () => 'not run');
  const order: string[] = [];
  left.abort(new Error('left'));
  await expect(within(1000, 'the one that left', leaving)).rejects.toThrow('left');
  const next = queue.run('a', here, async () => order.push('next'));
  gate.resolve();
  await within(1000, 'the line', Promise.all([running, next]));
  expect(order).toEqual(['first', 'next']);
});

test('one turn too many is refused with 429 and a busy session, where nobody waits, with 409', async () => {
  const queue = createTurnQueue({ maxTurns: 2, whenBusy: 'refuse' });
  const gate = signalOf();
  const running = queue.run('a', here, () => gate.promise);
  await expect(queue.run('a', here, async () => 1)).rejects.toMatchObject({ status: 409 });
  const other = queue.run(undefined, here, () => gate.promise);
  await expect(queue.run('b', here, async () => 1)).rejects.toMatchObject({ status: 429 });
  gate.resolve();
  await Promise.all([running, other]);
  expect(await queue.run('a', here, async () => 'free')).toBe('free');
});
