import { expect, test } from 'vitest';
import { judgeRoom } from '../../../src/setup/check-all.ts';

const mebibyte = 1024 * 1024;

test.each([
  [0, 'warn'],
  [199 * mebibyte, 'warn'],
  [200 * mebibyte, 'ok'],
])('with %d bytes free the folder is %s', (freeBytes, state) => {
  expect(judgeRoom('/data', freeBytes)).toMatchObject({ name: 'folder', state });
});
