/** What people see of a provider's faults: the real codex behind the launcher. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorLines } from '../helpers/error-lines.ts';
import { leftProcesses } from '../helpers/processes.ts';
import {
  answer,
  chunked,
  onConnection,
  sendParts,
  sseHead,
  startRawProvider,
  streamed,
  type WireStep,
} from '../helpers/raw-provider.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { delta, finish, frame } from '../helpers/scripted-upstream.ts';
import { testPlace } from '../helpers/test-place.ts';

const half = frame(delta({ content: 'Half' }));
const whole = `${half}${frame(delta({ content: ' and all' }))}`;
const end = `${frame(finish('stop'))}data: [DONE]\n\n`;
const good = streamed([whole, end]);

/** Timeouts as short as the settings allow. */
const impatient = { CODEX_GLM_HEADERS_TIMEOUT_MS: '1000', CODEX_GLM_IDLE_TIMEOUT_MS: '1000' };

async function runOn(step: WireStep[], environment: Record<string, string> = {}) {
  const place = await testPlace();
  const provider = await startRawProvider(step);
  onTestFinished(() => provider.close());
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'hi'];
  const run = await runLauncher(place, args, {
    environment: { ZAI_API_KEY: 'key-of-the-test.secret', ...environment },
    deadlineMs: 80_000,
  });
  expect(await leftProcesses(place)).toEqual([]);
  await expect.poll(() => provider.openSockets, { timeout: 5000 }).toBe(0);
  return { ...run, attempts: provider.attempts };
}

describe('ends the turn with one clear line and exit 1:', () => {
  // 4: our attempts. 5: and the connection opened ahead, which is replaced unseen when it breaks before a byte came, unless
  // codex was so quick that its request came first. 6: codex regenerates an answer that broke off five times.
  it.each<[string, WireStep, RegExp, number, Record<string, string>?]>([
    [
      'a connection that is reset at once',
      onConnection((wire) => wire.reset()),
      /could not be reached at http:\/\/127/,
      5,
    ],
    ['a request that is never answered', sendParts([], 'stall'), /took the request but did not answer/, 1, impatient],
    ['headers that break off', sendParts(['HTTP/1.1 200 OK\r\ncontent-ty'], 'reset'), /could not be reached/, 4],
    [
      'an answer that is reset in the middle of a line',
      streamed([half, half.slice(0, 20)], 'reset'),
      /did not finish its answer/,
      6,
    ],
    ['an answer that stalls between two chunks', streamed([half], 'stall'), /nothing came for too long/, 6, impatient],
    [
      'a server that is no HTTP server',
      sendParts(['SSH-2.0-OpenSSH_9.6\r\n'], 'end'),
      /could not be reached.*Expected HTTP/,
      4,
    ],
    [
      'a gzip answer',
      answer(200, { 'content-encoding': 'gzip' }, gzipSync(whole + end)),
      /compressed body \(gzip\)/,
      1,
    ],
    ['a redirect', answer(307, { location: 'http://127.0.0.1:1/' }), /answered 307.*the server redirects/, 1],
    [
      'an image',
      answer(200, { 'content-type': 'image/png' }, Buffer.from('89504e470d0a1a0a', 'hex')),
      /no chat completion/,
      1,
    ],
    ['204', answer(204, {}), /closed the connection without an answer/, 4],
  ])(
    '%s',
    async (_, step, words, attempts, environment) => {
      const run = await runOn([step], environment);
      expect(run).toMatchObject({ status: 1, stdout: '' });
      expect(attempts === 5 ? [4, 5] : [attempts]).toContain(run.attempts);
      expect(errorLines(run.stderr)).toEqual([expect.stringMatching(words)]);
    },
    90_000,
  );
});

describe('answers as if nothing was wrong, exit 0:', () => {
  it.each<[string, WireStep[], number]>([
    ['one reset connection', [onConnection((wire) => wire.reset()), good], 2],
    ['an answer that broke off once', [streamed([half], 'reset'), good], 2],
    ['a reset behind finish_reason', [streamed([whole, frame(finish('stop'))], 'reset')], 1],
    ['no [DONE], and CRLF', [streamed([(whole + frame(finish('stop'))).replaceAll('\n', '\r\n')])], 1],
    ['more behind [DONE]', [streamed([whole + end + whole, 'rubbish'])], 1],
    ['a line of 8 MB that means nothing', [streamed([`: ${'x'.repeat(8_000_000)}\n\n`, whole, end])], 1],
    [
      'one byte at a time',
      [
        async (wire) => {
          await wire.request();
          await wire.send(sseHead);
          for (const byte of Buffer.from(whole + end)) await wire.send(chunked(Buffer.from([byte])));
          await wire.send(chunked(''));
        },
      ],
      1,
    ],
  ])('%s', async (_, steps, attempts) => {
    const run = await runOn(steps);
    expect(run).toMatchObject({ status: 0, stdout: 'Half and all\n', attempts });
  });
});
