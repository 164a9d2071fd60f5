import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createSessionStore } from '../../../../src/reverse/sessions/session-store.ts';
import { testPlace } from '../../../helpers/test-place.ts';
import { expectMode } from '../../../helpers/systems.ts';

const session = { threadId: 't', instructionsHash: 'h' };

test('sessions outlive their store, whatever their ids are', async () => {
  const file = join((await testPlace()).glmHome, 'sessions.json');
  const ids = ['plain', '__proto__', 'constructor', 'mit Umlaut ü', '{"a":1}'];
  const store = createSessionStore(file);
  await Promise.all(ids.map((id) => store.save(id, { ...session, threadId: id })));
  const next = createSessionStore(file);
  for (const id of ids) expect(next.find(id)?.threadId).toBe(id);
  expect(next.find('toString')).toBeUndefined();
  expectMode(file, 0o600);
  expect(await next.remove('plain')).toBe(true);
  expect(await next.remove('plain')).toBe(false);
  expect(store.find('plain')).toBeUndefined();
});

test('deleting the file forgets all; a file that is not ours is not overwritten', async () => {
  const file = join((await testPlace()).glmHome, 'sessions.json');
  const store = createSessionStore(file);
  await store.save('a', session);
  rmSync(file);
  expect(store.find('a')).toBeUndefined();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '{"sessions":[{"id":"a"}]}');
  expect(() => store.check()).toThrow(/cannot be read as a list of sessions/);
  writeFileSync(file, 'something else');
  await expect(store.save('a', session)).rejects.toThrow(/cannot be read as a list of sessions/);
  expect(() => store.find('x'.repeat(513))).toThrow();
});
