import { expect, it } from 'vitest';
import { readErrorText } from '../../../src/provider/error-text.ts';

it('reads no more of an error than its first 64 KiB, and lets go of the rest', async () => {
  let given = 0;
  let isLeft = false;
  async function* endless() {
    try {
      for (;;) {
        given++;
        yield Buffer.alloc(10_000, 'x');
      }
    } finally {
      isLeft = true;
    }
  }
  const text = await readErrorText(Object.assign(endless(), { destroy: () => {} }));
  expect(text).toHaveLength(64 * 1024);
  expect(given).toBeLessThan(10);
  expect(isLeft).toBe(true);
});

async function* broken() {
  yield Buffer.from('half an err');
  throw new Error('reset');
}

it('takes an error that breaks off as far as it came', async () => {
  expect(await readErrorText(Object.assign(broken(), { destroy: () => {} }))).toBe('half an err');
});
