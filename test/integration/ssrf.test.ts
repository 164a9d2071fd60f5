/** A client chooses a model, never where the proxy connects to. */
import { expect, it, onTestFinished } from 'vitest';
import { findProvider } from '../../src/catalog/catalog.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { send } from '../helpers/responses-client.ts';
import { startScriptedUpstream, status, stream, textChunks } from '../helpers/scripted-upstream.ts';

const answer = stream(textChunks('Hello.'));

/** Something inside of the network that clients must not reach. */
async function startInternalServer() {
  const internal = await startScriptedUpstream(status(200, 'internal'));
  onTestFinished(() => internal.close());
  return internal;
}

function askAbout(image_url: unknown) {
  return { model: 'glm-5v-turbo', input: [{ role: 'user', content: [{ type: 'input_image', image_url }] }] };
}

it('an image at an address is passed on as it is, and not fetched', async () => {
  const internal = await startInternalServer();
  const { proxy, upstream } = await proxyTo([answer], { provider: findProvider('zai') });
  const url = `${internal.baseUrl}/secret.png`;
  expect((await send(proxy, { body: askAbout(url) })).status).toBe(200);
  expect(JSON.stringify(upstream.requests[0]?.body)).toContain(url);
  expect(internal.requests).toEqual([]);
});

it.each(['file:///etc/passwd', 'FILE:///etc/passwd', 'gopher://127.0.0.1/x', '/etc/passwd', 'javascript:1', '', 7])(
  'an image at %j goes nowhere',
  async (url) => {
    const { proxy, upstream } = await proxyTo([answer], { provider: findProvider('zai') });
    expect((await send(proxy, { body: askAbout(url) })).status).toBe(200);
    const sent = JSON.stringify(upstream.requests[0]?.body['messages']);
    expect(sent).toContain('image omitted');
    expect(sent).not.toContain('image_url');
  },
);

it.each([301, 302, 307, 308])(
  'a provider that redirects by %d is not followed, least of all with the key',
  async (code) => {
    const internal = await startInternalServer();
    const redirect = status(code, '', { location: `${internal.baseUrl}/chat/completions` });
    const { proxy } = await proxyTo([redirect]);
    for (const request of [
      { body: { model: 'glm-5.3', input: 'Hello?' } },
      { path: '/v1/chat/completions', body: { model: 'glm-5.3', messages: [] } },
    ]) {
      const { status: answered, text } = await send(proxy, request);
      expect(answered).toBeGreaterThanOrEqual(400);
      expect(text).toContain('redirects');
    }
    expect(internal.requests).toEqual([]);
  },
);

it.each(['http://127.0.0.1:9/x', '../../internal', '//evil.example/x', 'glm-5.3?x=', 'a\r\nhost: evil'])(
  'a model called %j changes no address',
  async (model) => {
    const { proxy, upstream } = await proxyTo([answer]);
    expect((await send(proxy, { body: { model, input: 'Hello?' } })).status).toBe(200);
    expect(upstream.requests[0]).toMatchObject({ url: '/v4/chat/completions', body: { model } });
  },
);
