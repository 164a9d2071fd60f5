import { expect, test } from 'vitest';
import { hasCapability, newestTested, oldestTested, untestedVersion } from '../../../src/codex/versions.ts';

test.each([
  ['modelCatalog', '0.106.9', false],
  ['modelCatalog', '0.107.0', true],
  ['profileFiles', '0.132.0', false],
  ['profileFiles', '0.133.0', true],
  ['profileFiles', undefined, true],
  ['rootFullAuto', '0.127.0', true],
  ['rootFullAuto', '0.128.0', false],
  ['execFullAuto', '0.146.1', true],
  ['execFullAuto', '1.0.0', false],
  ['daemonByDefault', '0.157.0', false],
  ['daemonByDefault', '0.157.1', true],
  ['daemonByDefault', '0.158.0-alpha.2', true],
  ['chatWire', '0.80.0', true],
] as const)('%s in codex %s: %s', (capability, version, expected) => {
  expect(hasCapability(version, capability)).toBe(expected);
});

test.each([oldestTested, '0.150.3', newestTested, newestTested.replace(/\d+$/, '7'), '0.168.0-alpha.1'])(
  'codex %s is nothing to talk about',
  (version) => {
    expect(untestedVersion(version)).toBeUndefined();
  },
);

test.each([
  ['0.106.0', /0\.106\.0 is older than 0\.107\.0.*npm install/],
  ['0.80.0', /older/],
  ['0.999.0', /0\.999\.0 is newer than/],
  ['1.0.0-beta.1', /newer/],
])('codex %s gets one line', (version, words) => {
  expect(untestedVersion(version)).toMatch(words);
  expect(untestedVersion(version)).not.toContain('\n');
});
