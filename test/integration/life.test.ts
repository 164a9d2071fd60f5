import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundle } from '../helpers/bundle.ts';
import { signalOf, within } from '../helpers/deadline.ts';
import { proxyTo } from '../helpers/proxy-under-test.ts';
import { codexHeaders, eventsOf, open, question, send, terminalOf, textOf } from '../helpers/responses-client.ts';
import { delta, hang, status, stream, streamInTwo, textChunks } from '../helpers/scripted-upstream.ts';
import { repositoryRoot } from '../helpers/test-place.ts';

const slowAnswer = (gate: Promise<void>) => streamInTwo([], gate, textChunks('At last.'));

describe('silence', () => {
  it('opens the stream before the provider’s status when that takes long', async () => {
    const { proxy } = await proxyTo([hang()], { headersWaitMs: 20, keepAliveMs: 60_000 });
    const { answer, request } = open(proxy, { body: question, headers: codexHeaders });
    const response = await within(15_000, 'the head', answer);
    expect(response.statusCode).toBe(200);
    const first = await within(15_000, 'the first events', new Promise<Buffer>((r) => response.once('data', r)));
    expect(eventsOf(first.toString()).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress']);
    request.destroy();
  });

  it('is filled with data events for codex', async () => {
    const gate = signalOf();
    const { proxy } = await proxyTo([slowAnswer(gate.promise)], { headersWaitMs: 10, keepAliveMs: 20 });
    const { answer } = open(proxy, { body: question, headers: codexHeaders });
    const response = await within(15_000, 'the head', answer);
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.split('"keepalive"').length > 3) gate.resolve();
    });
    await within(15_000, 'the end', new Promise((resolve) => response.on('end', resolve)));
    const events = eventsOf(text);
    expect(events.filter(({ type }) => type === 'keepalive').length).toBeGreaterThanOrEqual(3);
    expect(terminalOf(events).type).toBe('response.completed');
  });

  it('is filled with comments for other clients', async () => {
    const gate = signalOf();
    const { proxy } = await proxyTo([slowAnswer(gate.promise)], { headersWaitMs: 10, keepAliveMs: 20 });
    const { answer } = open(proxy, { body: question });
    const response = await within(15_000, 'the head', answer);
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes(': keep-alive')) gate.resolve();
    });
    await within(15_000, 'the end', new Promise((resolve) => response.on('end', resolve)));
    expect(eventsOf(text).some(({ type }) => type === 'keepalive')).toBe(false);
    expect(terminalOf(eventsOf(text)).type).toBe('response.completed');
  });

  it('of the provider ends at its limit', async () => {
    const { proxy } = await proxyTo([hang([delta({ content: 'Half' })])], { providerIdleTimeoutMs: 50 });
    const { text } = await send(proxy, { body: question, headers: codexHeaders });
    expect(terminalOf(eventsOf(text)).response.error).toMatchObject({
      code: 'stream_cut',
      message: expect.stringContaining('nothing came for too long'),
    });
  });

  it('before the provider’s status ends at its limit, without a second request', async () => {
    const { proxy, upstream } = await proxyTo([hang()], { providerHeadersTimeoutMs: 500 });
    const { status, text } = await send(proxy, { body: question });
    expect(status).toBe(504);
    expect(text).toContain('did not answer');
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('a client that leaves', () => {
  it.each([
    ['before the provider answered', hang()],
    ['in the middle of the answer', hang([delta({ content: 'Half' })])],
  ])('%s takes the provider’s request with it', async (_name, step) => {
    const { proxy, upstream } = await proxyTo([step]);
    const arrived = upstream.nextRequest();
    const { request, answer } = open(proxy, { body: question, headers: codexHeaders });
    answer.catch(() => {});
    const seen = await within(15_000, 'the provider’s request', arrived);
    request.destroy();
    await within(15_000, 'the end of the provider’s request', seen.aborted);
    expect(upstream.requests).toHaveLength(1);
  });

  it('between two attempts stops them', async () => {
    const retrying = signalOf();
    const gone = signalOf();
    const { proxy, upstream } = await proxyTo([status(500)], {
      firstRetryDelayMs: 20_000,
      log: ({ message }) => {
        if (message === 'retrying') retrying.resolve();
        if (message === 'client gone') gone.resolve();
      },
    });
    const { request, answer } = open(proxy, { body: question });
    answer.catch(() => {});
    await within(15_000, 'the pause after the first attempt', retrying.promise);
    request.destroy();
    await within(10_000, 'the end of the exchange', gone.promise);
    expect(upstream.requests).toHaveLength(1);
  });

  it('and one that does not read holds the provider back', async () => {
    const chunk = delta({ content: 'x'.repeat(64 * 1024) });
    let written = 0;
    const { proxy } = await proxyTo([
      async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const closed = new Promise((resolve) => response.once('close', resolve));
        while (written < 2000 && !response.destroyed) {
          written++;
          if (!response.write(`data: ${JSON.stringify(chunk)}\n\n`))
            await Promise.race([closed, new Promise((resolve) => response.once('drain', resolve))]);
        }
      },
    ]);
    const { answer, request } = open(proxy, { body: question });
    const response = await within(15_000, 'the head', answer);
    response.pause();
    let before = -1;
    // the provider is stopped when nothing more was written between two looks
    await within(
      10_000,
      'a standstill',
      pollUntil(() => written > 0 && before === (before = written), 200),
    );
    // 128 MB would have come; what fits into the sockets' buffers is a small part of it
    expect(written).toBeLessThan(1000);
    request.destroy();
  });
});

describe('close', () => {
  it('ends running streams with one terminal event and aborts the provider', async () => {
    const { proxy, upstream } = await proxyTo([hang([delta({ content: 'Half' })])]);
    const arrived = upstream.nextRequest();
    const { answer } = open(proxy, { body: question, headers: codexHeaders });
    const response = await within(15_000, 'the head', answer);
    const seen = await arrived;
    const whole = textOf(response);
    await within(15_000, 'close', proxy.close());
    const { type, response: final } = terminalOf(eventsOf(await within(15_000, 'the end', whole)));
    expect(type).toBe('response.failed');
    expect(final.error?.message).toContain('was closed');
    await within(15_000, 'the end of the provider’s request', seen.aborted);
  });

  it('answers requests that still wait for the provider', async () => {
    const { proxy, upstream } = await proxyTo([hang()]);
    const arrived = upstream.nextRequest();
    const answer = send(proxy, { body: question });
    await within(15_000, 'the provider’s request', arrived);
    await within(15_000, 'close', proxy.close());
    expect((await answer).status).toBe(503);
  });

  it('does not wait for a client that does not read', async () => {
    const { proxy } = await proxyTo([
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (let i = 0; i < 300; i++)
          response.write(`data: ${JSON.stringify(delta({ content: 'x'.repeat(64 * 1024) }))}\n\n`);
      },
    ]);
    const { answer, request } = open(proxy, { body: question });
    request.on('error', () => {});
    const response = await within(15_000, 'the head', answer);
    response.on('error', () => {});
    response.pause();
    await within(15_000, 'close', proxy.close());
  });

  it('may be called twice, and frees the port', async () => {
    const { proxy } = await proxyTo([stream(textChunks('x'))]);
    await send(proxy, { body: question });
    await within(15_000, 'both', Promise.all([proxy.close(), proxy.close()]));
    await proxy.close();
    const refused = new Promise((resolve) => connect(proxy.port, '127.0.0.1').on('error', resolve));
    expect(await within(15_000, 'a refused connection', refused)).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('leaves nothing that keeps the process alive', async () => {
    const folder = join(repositoryRoot, '.test-homes', `exit-${process.pid}-${Date.now()}`);
    await mkdir(folder, { recursive: true });
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const script = `
      import { startProxy } from './src/index.ts';
      import { createServer } from 'node:http';
      const upstream = createServer((request, response) => {
        request.resume();
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end('data: ' + JSON.stringify({ choices: [{ delta: { content: 'hi' }, finish_reason: 'stop' }] }) + '\\n\\ndata: [DONE]\\n\\n');
      });
      await new Promise((resolve) => upstream.listen(0, '127.0.0.1', resolve));
      const baseUrl = 'http://127.0.0.1:' + upstream.address().port;
      const proxy = await startProxy({ provider: { baseUrl, mainModel: 'm' } });
      const answer = await fetch(proxy.url + '/responses', {
        method: 'POST',
        headers: { authorization: 'Bearer ' + proxy.token, 'content-type': 'application/json' },
        body: JSON.stringify({ input: 'hello' }),
      });
      console.log((await answer.json()).status);
      await proxy.close();
      upstream.close();
      upstream.closeAllConnections();
    `;
    await bundle(script, join(folder, 'exit.mjs'));
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'exit.mjs')], { timeout: 25_000 });
    expect(stdout).toBe('completed\n');
  });
});

async function pollUntil(condition: () => boolean, everyMs = 10): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, everyMs));
}
