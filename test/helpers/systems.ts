/**
 * For `test.skipIf(isWindows)` and `test.runIf(isLinux)`: what a test stands on and the system has not. The reason belongs
 * into the test's name.
 */
import { statSync } from 'node:fs';
import { expect } from 'vitest';

export const isWindows = process.platform === 'win32';
export const isLinux = process.platform === 'linux';

/** On Windows a file has the rights of its folder, here the user's own, and no mode: there is nothing to look at. */
export function expectMode(path: string, mode: number): void {
  if (!isWindows) expect(statSync(path).mode & 0o777).toBe(mode);
}
