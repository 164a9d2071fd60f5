/**
 * For `test.skipIf(isWindows)` and `test.runIf(isLinux)`: what a test stands on and the system has not. The reason belongs
 * into the test's name.
 */
export const isWindows = process.platform === 'win32';
export const isLinux = process.platform === 'linux';
