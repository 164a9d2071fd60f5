import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openServerKey } from '../../../../src/reverse/server/server-key.ts';
import { testPlace } from '../../../helpers/test-place.ts';
import { expectMode } from '../../../helpers/systems.ts';

test('a generated key is shown once, kept as a hash, and taken after a restart until there is a new one', async () => {
  const file = join((await testPlace()).glmHome, 'key');
  const first = openServerKey(undefined, file, false);
  const shown = first.generated ?? '';
  expect(shown).toMatch(/^sk-codex-.{32}$/);
  expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
  first.keep();
  expect(readFileSync(file, 'utf8')).not.toContain(shown);
  expectMode(file, 0o600);

  const again = openServerKey(undefined, file, false);
  expect(again.generated).toBeUndefined();
  again.check({ authorization: `Bearer ${shown}` });
  again.check({ 'x-api-key': shown });
  expect(() => again.check({})).toThrow(/missing or wrong/);

  const renewed = openServerKey(undefined, file, true);
  renewed.keep();
  expect(() => renewed.check({ authorization: `Bearer ${shown}` })).toThrow(/missing or wrong/);
});

test('a given key is the only one, and nothing is stored', async () => {
  const file = join((await testPlace()).glmHome, 'key');
  const key = openServerKey('mine', file, false);
  key.check({ authorization: 'bearer mine' });
  expect(() => key.check({ authorization: 'Bearer other' })).toThrow(/missing or wrong/);
  expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
});
