import { expect, it } from 'vitest';
import { findProvider } from '../../src/catalog/catalog.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, question, send, terminalOf, textOfDeltas } from '../helpers/responses-client.ts';
import { glmError, status, stream, textChunks } from '../helpers/scripted-upstream.ts';

const provider = findProvider('zai');
const better = stream(textChunks('Better.'));

it.each([
  ['GLM', glmError(400, '1210', 'Invalid API parameter: reasoning_effort is not supported'), 'reasoning_effort'],
  [
    'OpenAI-compatible',
    status(400, { error: { message: "Unsupported parameter: 'stream_options'" } }),
    'stream_options',
  ],
  ['FastAPI', status(422, { detail: [{ loc: ['body', 'thinking'], msg: 'extra fields not permitted' }] }), 'thinking'],
])('a field that the provider names and the request can do without is left out, once (%s)', async (_, step, field) => {
  const { proxy, upstream } = await proxyTo([step, better], { provider });
  const headers = { ...codexHeaders, 'x-codex-glm-diagnostics': '1' };
  const events = eventsOf((await send(proxy, { body: question, headers })).text);
  expect(textOfDeltas(events)).toBe('Better.');
  expect(terminalOf(events).response).toMatchObject({ metadata: { codex_glm_diagnostics: 'field-dropped:1' } });
  expect(upstream.requests).toHaveLength(2);
  expect(upstream.requests[0]?.body).toHaveProperty(field);
  expect(upstream.requests[1]?.body).not.toHaveProperty(field);
});

it('a second refusal is told', async () => {
  const step = glmError(400, '1210', 'thinking and stream_options are not supported');
  const { proxy, upstream } = await proxyTo([step], { provider });
  const { status, text } = await send(proxy, { body: question, headers: codexHeaders });
  expect(status).toBe(400);
  expect(text).toContain('thinking and stream_options are not supported');
  expect(upstream.requests).toHaveLength(2);
});

it.each([
  ['a field that cannot be left out', 'messages: Input should be a valid list'],
  ['a field that was not sent', 'temperature must be within [0, 1]'],
])('%s is told at once', async (_, message) => {
  const { proxy, upstream } = await proxyTo([glmError(400, '1210', message)], { provider });
  const { status, text } = await send(proxy, { body: question, headers: codexHeaders });
  expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining(message) });
  expect(upstream.requests).toHaveLength(1);
});
