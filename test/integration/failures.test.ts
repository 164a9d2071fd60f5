import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../src/proxy/log.ts';
import { proxyTo, testKey } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, question, send, terminalOf, textOfDeltas } from '../helpers/responses-client.ts';
import {
  cut,
  delta,
  endEarly,
  finish,
  frame,
  glmError,
  html,
  reset,
  status,
  stream,
  textChunks,
  type Step,
} from '../helpers/scripted-upstream.ts';

const onlyReasoning = [delta({ reasoning_content: 'Hm.' }), finish('stop')];
const nothing = [finish('stop')];
const openAi = {};

describe('to codex, a failure before the answer', () => {
  const cases: { name: string; step: Step; requests: number; words: RegExp }[] = [
    {
      name: '401',
      step: glmError(401, '1000', 'Authentication Failed'),
      requests: 1,
      words: /^GLM Test answered 401 \(code 1000\): Authentication Failed\. Check the API key/,
    },
    {
      name: '429 for balance',
      step: glmError(429, '1113', 'Insufficient balance or no resource package.'),
      requests: 1,
      words: /^GLM Test answered 429 \(code 1113\): Insufficient balance or no resource package\. .*Coding Plan key/,
    },
    {
      name: '429 for a used-up plan',
      step: glmError(429, '1308', 'Usage limit reached for 5 hour. Your limit will reset at 2026-11-21 18:30:00'),
      requests: 1,
      words: /code 1308\).*It resets at 2026-11-2\d \d\d:\d\d \(local time\)/,
    },
    {
      name: '429 for the rate',
      step: glmError(429, '1302', 'High concurrency usage of this API'),
      requests: 4,
      words: /^GLM Test answered 429 \(code 1302\): High concurrency usage of this API/,
    },
    {
      name: 'GLM’s 1234',
      step: glmError(500, '1234', 'Network error'),
      requests: 3,
      words: /^GLM Test answered 500 \(code 1234\): Network error$/,
    },
    {
      name: 'GLM’s 1230',
      step: glmError(500, '1230', 'Processing error'),
      requests: 4,
      words: /^GLM Test answered 500 \(code 1230\): Processing error$/,
    },
    { name: '500', step: status(500, ''), requests: 4, words: /^GLM Test answered 500: no explanation was given\./ },
    {
      name: 'a web page',
      step: html(405, 'Blocked by firewall'),
      requests: 1,
      words: /^GLM Test answered 405 with a web page instead of JSON: "Blocked by firewall"/,
    },
    {
      name: 'a web page with status 200',
      step: html(200, 'Welcome'),
      requests: 1,
      words: /^GLM Test answered 200 with a web page instead of JSON: "Welcome"/,
    },
    {
      name: 'a stream of something else',
      step: (response) => void response.writeHead(200).end('data: hello\n\n'),
      requests: 1,
      words: /something that is no chat completion: hello/,
    },
    {
      name: 'an error inside a 200 stream',
      step: (response) => void response.writeHead(200).end('data: {"error":{"code":"1301","message":"Unsafe."}}\n\n'),
      requests: 1,
      words: /^GLM Test reported an error \(code 1301\): Unsafe\./,
    },
    {
      name: 'a reset connection',
      step: reset(),
      requests: 4,
      words: /^GLM Test could not be reached at http:.*(reset|closed)/,
    },
    {
      name: 'a cut before the first chunk',
      step: cut([]),
      requests: 4,
      words: /^GLM Test (did not finish its answer|closed the connection)/,
    },
    {
      name: 'an error whose body never ends',
      step: (response) => void response.writeHead(403).write('{"error":'),
      requests: 1,
      words: /^GLM Test answered 403: \{"error":/,
    },
    {
      name: 'an empty body',
      step: endEarly([]),
      requests: 4,
      words: /^GLM Test closed the connection without an answer/,
    },
    { name: 'an empty answer', step: stream(nothing), requests: 4, words: /^GLM Test sent an empty answer/ },
  ];
  it.each(cases)('$name ends the turn with the provider’s words after $requests requests', async (testCase) => {
    const { proxy, upstream } = await proxyTo([testCase.step]);
    const answer = await send(proxy, { body: question, headers: codexHeaders });
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
      status: 400,
      type: 'text/plain; charset=utf-8',
    });
    expect(answer.text).toMatch(testCase.words);
    expect(answer.text).not.toContain('\n');
    expect(upstream.requests).toHaveLength(testCase.requests);
  });

  it('a refused connection ends the turn, and the log says why it was tried again', async () => {
    const logged: LogEntry[] = [];
    // no system gives this port to a test that runs beside
    const { proxy } = await proxyTo([], { baseUrl: 'http://127.0.0.1:1/v4', log: (entry) => logged.push(entry) });
    const answer = await send(proxy, { body: question, headers: codexHeaders });
    expect(answer.status).toBe(400);
    const failure = { code: 'PROVIDER_UNREACHABLE', network: 'ECONNREFUSED' };
    expect(logged.map(({ message, fields }) => [message, fields])).toMatchObject([
      ...[1, 2, 3].map((attempts) => ['retrying', { ...failure, attempts }]),
      ['response failed', { ...failure, attempts: 4 }],
    ]);
    expect(answer.text).toMatch(/^GLM Test could not be reached at http:\/\/127.*connection refused \(ECONNREFUSED\)/);
  });

  it.each([
    ['1261', 'Prompt exceeds max length'],
    ['1210', 'tokens in request more than max tokens allowed'],
  ])('a conversation that is too long (%s) is a stream that says so', async (code, words) => {
    const { proxy, upstream } = await proxyTo([glmError(400, code, words)]);
    const { status, text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(status).toBe(200);
    expect(eventsOf(text).map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.failed',
    ]);
    const { error } = terminalOf(eventsOf(text)).response;
    expect(error?.code).toBe('context_length_exceeded');
    expect(error?.message).toContain(words);
    expect(upstream.requests).toHaveLength(1);
  });

  it('terminal escapes in the provider’s words are taken out', async () => {
    const { proxy } = await proxyTo([glmError(400, '1214', '\u001b[2J\u001b]0;owned\u0007red\r\nline')]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(text).toContain('red line');
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
  });

  it('an echoed key is masked', async () => {
    const { proxy } = await proxyTo([glmError(401, '1000', `Key ${testKey} (…${testKey.split('.')[1]}) is unknown`)]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(text).toContain('Key [key] (…[key]) is unknown');
  });
});

describe('a model that the endpoint does not have', () => {
  const unknown = glmError(400, '1211', 'Unknown Model, please check the model code');

  it.each([
    ['responses', { ...question, model: 'glm-5.2x' }, '/v1/responses'],
    ['chat completions', { model: 'glm-5.2x', messages: [{ role: 'user', content: 'hi' }] }, '/v1/chat/completions'],
  ])('is told with the names of known ones, the nearest first (%s)', async (_, body, path) => {
    const { proxy, upstream } = await proxyTo([unknown], { provider: 'zai' });
    const { status, text } = await send(proxy, { body, path });
    expect(status).toBe(400);
    const { error } = JSON.parse(text) as { error: { message: string; code: string } };
    expect(error.code).toBe('model_not_found');
    expect(error.message).toMatch(
      /^Z\.ai.* \(code 1211\): Unknown Model.*codex-glm models lists them\. Known ones: glm-5\.2, glm-5\.3, glm-5\.3-flash(, glm-[^ ,]+){3} and \d+ more\.$/,
    );
    expect(upstream.requests).toHaveLength(1);
  });

  it('is not named as a known one itself, nor are others where the catalog has none', async () => {
    const { proxy } = await proxyTo([unknown], { provider: 'zai' });
    const { text } = await send(proxy, { body: { ...question, model: 'glm-5.3' }, headers: codexHeaders });
    expect(text).toMatch(/Known ones: glm-5\.2, glm-5\.3-flash, (?!.*glm-5\.3,)/);
    const other = await proxyTo([unknown], { provider: 'openai-compatible' });
    expect((await send(other.proxy, { body: question, headers: codexHeaders })).text).toMatch(/models lists them\.$/);
  });
});

describe('a failure that another attempt mends is not seen', () => {
  const cases: { name: string; first: Step; requests?: number }[] = [
    { name: '500', first: status(500) },
    { name: '429 for the rate', first: glmError(429, '1302', 'slow down') },
    { name: '503 with Retry-After', first: status(503, '', { 'retry-after': '0' }) },
    { name: 'a reset connection', first: reset() },
    {
      name: 'an error inside a 200 stream',
      first: (r) => void r.writeHead(200).end('data: {"error":{"code":"1234"}}\n\n'),
    },
    { name: 'an empty answer', first: stream(nothing) },
    { name: 'an answer of reasoning only', first: stream(onlyReasoning) },
    { name: 'a stream that closes without a word', first: endEarly([delta({ role: 'assistant', content: '' })]) },
    { name: 'finish_reason network_error', first: stream([finish('network_error')]) },
  ];
  it.each(cases)('$name', async ({ first }) => {
    const { proxy, upstream } = await proxyTo([first, stream(textChunks('Better.'))]);
    const { status, text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(status).toBe(200);
    expect(textOfDeltas(eventsOf(text))).toBe('Better.');
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
    expect(upstream.requests).toHaveLength(2);
  });

  it('but a wait longer than 20 s is not begun', async () => {
    const { proxy, upstream } = await proxyTo([glmError(429, '1302', 'later', { 'retry-after': '45' })]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(text).toMatch(/later\..*45 s/);
    expect(upstream.requests).toHaveLength(1);
  });

  it('reasoning only, again and again, ends the turn for good', async () => {
    const { proxy, upstream } = await proxyTo([stream(onlyReasoning)]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(terminalOf(eventsOf(text)).response.error).toMatchObject({ code: 'invalid_prompt' });
    expect(upstream.requests).toHaveLength(4);
  });
});

describe('a failure inside the answer', () => {
  it.each([
    { name: 'a cut connection', step: cut([delta({ content: 'Half an' })]) },
    { name: 'a stream that ends early', step: endEarly([delta({ content: 'Half an' })]) },
    {
      name: 'an error that may pass',
      step: endEarly([delta({ content: 'Half an' }), { error: { code: '1234', message: 'network error' } }]),
    },
  ])('$name: codex is told to ask again', async ({ step }) => {
    const { proxy, upstream } = await proxyTo([step]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    const { type, response } = terminalOf(eventsOf(text));
    expect(type).toBe('response.failed');
    expect(response.error?.code).toBe('stream_cut');
    expect(upstream.requests).toHaveLength(1);
  });

  it('an error that stays ends the turn', async () => {
    const refusal = { error: { code: '1301', message: 'Unsafe content.' } };
    const { proxy } = await proxyTo([endEarly([delta({ content: 'Half an' }), refusal])]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    const { error } = terminalOf(eventsOf(text)).response;
    expect(error?.code).toBe('invalid_prompt');
    expect(error?.message).toMatch(/code 1301\): Unsafe content\./);
  });

  it('a line that is not JSON is skipped between good ones', async () => {
    const [first, ...rest] = textChunks('Good.');
    const { proxy } = await proxyTo([
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`${frame(first ?? {})}data: {"choices":[{"delta":\n\n${rest.map(frame).join('')}data: [DONE]\n\n`);
      },
    ]);
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(textOfDeltas(eventsOf(text))).toBe('Good.');
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
  });
});

describe('to other clients', () => {
  it.each([
    {
      step: glmError(401, '1000', 'Authentication Failed'),
      status: 401,
      type: 'authentication_error',
      code: 'invalid_api_key',
    },
    { step: glmError(429, '1113', 'No balance'), status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
    {
      step: glmError(400, '1261', 'Too long'),
      status: 400,
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    },
    { step: status(500), status: 500, type: 'server_error', code: 'provider_failed' },
    { step: html(200, 'Welcome'), status: 502, type: 'server_error', code: 'provider_not_json' },
  ])('a failure has the true status and OpenAI’s shape ($code)', async ({ step, status, type, code }) => {
    for (const stream of [true, false]) {
      const { proxy } = await proxyTo([step]);
      const answer = await send(proxy, { body: { ...question, stream }, headers: openAi });
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.text)).toEqual({ error: { message: expect.any(String), type, code, param: null } });
    }
  });

  it('Retry-After is passed on', async () => {
    const { proxy } = await proxyTo([glmError(429, '1302', 'later', { 'retry-after': '45' })]);
    const answer = await send(proxy, { body: question });
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('45');
  });
});
