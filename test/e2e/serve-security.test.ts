/** What a chat server owes to who may not use it, and to itself. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { chatServer, serverKey } from '../helpers/chat-server.ts';
import { testPlace } from '../helpers/test-place.ts';

const turn = { messages: [{ role: 'user', content: 'hi' }] };

test('without its key nothing but its health is told, whatever is asked and from wherever', async () => {
  const { url, log } = await chatServer(await testPlace());
  const body = JSON.stringify(turn);
  for (const path of [
    '/v1/chat/completions',
    '/v1/sessions/reset',
    '/v1/models',
    '/v1/models/x',
    '/v1/nothing',
    '/%2e%2e',
  ])
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS'])
      for (const headers of [
        {},
        { authorization: serverKey },
        { authorization: `Basic ${serverKey}` },
        { 'x-api-key': `${serverKey}x`, origin: 'https://evil.example' },
        { 'content-type': 'text/plain', cookie: `key=${serverKey}` },
      ] as Record<string, string>[]) {
        const sent = method === 'POST' ? { body } : {};
        const answer = await fetch(new URL(path, url), { method, headers, ...sent });
        expect({ path, method, headers, status: answer.status }).toEqual({ path, method, headers, status: 401 });
        expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(await answer.text()).not.toContain(serverKey);
      }
  expect(await (await fetch(new URL('/health', url))).json()).toEqual({ status: 'ok' });
  expect(JSON.stringify(log)).not.toContain(serverKey);
});

test('with its key it unpacks nothing, takes no form, and no field that would change the process', async () => {
  const { url, send } = await chatServer(await testPlace());
  const headers = { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' };
  const post = (body: string | Uint8Array<ArrayBuffer>, more: Record<string, string>) =>
    fetch(new URL('/v1/chat/completions', url), { method: 'POST', headers: { ...headers, ...more }, body });
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(100_000_000, ' ')));
  expect((await post(bomb, { 'content-encoding': 'gzip' })).status).toBe(415);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=a'])
    expect((await post(JSON.stringify(turn), { 'content-type': type })).status).toBe(415);
  const polluting = `{"messages":[{"role":"user","content":"hi"}],"__proto__":{"polluted":1}}`;
  expect((await post(polluting, {})).status).toBe(400);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect((await post(`{"messages":${'['.repeat(100_000)}`, {})).status).toBe(400);
  expect((await send('/v1/chat/completions', { ...turn, session_id: 'x'.repeat(600) })).status).toBe(400);
});
