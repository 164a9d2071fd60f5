/** Words of others in what people are shown: terminals, logs, error answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createJsonLog } from '../../src/daemon/json-log.ts';
import { createUsageMeter } from '../../src/launch/usage-meter.ts';
import { findProvider } from '../../src/catalog/catalog.ts';
import { CodexGlmError } from '../../src/errors/errors.ts';
import { toTerminalText } from '../../src/errors/present.ts';
import { failureOfAnswer, failureOfFrame, notJsonFailure } from '../../src/provider/failure.ts';
import { toPlanQuota } from '../../src/provider/glm-quota.ts';
import { modelIds } from '../../src/provider/model-list.ts';
import type { ResponseReport } from '../../src/proxy/exchange/response-report.ts';
import { proxyTo, testKey } from '../helpers/proxy-under-test.ts';
import { question, send } from '../helpers/responses-client.ts';
import { delta, finish, stream } from '../helpers/scripted-upstream.ts';
import { repositoryRoot } from '../helpers/test-place.ts';

/** Clears the screen, sets the title and the clipboard, hides, reorders, goes back in the line, rings. */
const nasty =
  '\u001b[2J\u001b]0;owned\u0007\u001b]52;c;ZXZpbA==\u001b\\\u009b8mhidden\u202egnp.exe\u200b\rover\u0007\u0008\nsecond line\u0000';
// oxlint-disable-next-line no-control-regex -- that is what must not be there
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const context = { provider: 'Test', keyVariables: [], secrets: [] };

describe('a terminal is not moved by', () => {
  const errors: [string, CodexGlmError | undefined][] = [
    ['an error message', failureOfAnswer(400, {}, JSON.stringify({ error: { code: nasty, message: nasty } }), context)],
    ['an error as text', failureOfAnswer(500, {}, nasty, context)],
    ['a web page', failureOfAnswer(502, {}, `<html><title>${nasty}</title></html>`, context)],
    ['an error frame', failureOfFrame({ error: { code: nasty, message: nasty } }, {}, context)],
    ['something else than an answer', notJsonFailure(200, {}, nasty, context)],
    ['a hint', new CodexGlmError('USAGE', 'x', { hint: nasty })],
  ];
  it.each(errors)('%s', (_, error) => {
    expect(error).toBeDefined();
    for (const text of [error?.message ?? '', error?.hint ?? '', ...toTerminalText(error!).split('\n')])
      expect(text).not.toMatch(unprintable);
  });

  it('a list of models, a plan, the model that a provider says it served', async () => {
    expect(modelIds({ data: [{ id: 'glm-5.3' }, { id: `glm${nasty}` }, { id: '\u001b[31mred' }] })).toEqual([
      'glm-5.3',
    ]);
    expect(toPlanQuota({ data: { level: nasty, limits: [] } })?.level).not.toMatch(unprintable);
    const reports: ResponseReport[] = [];
    const chunks = [delta({ content: 'Hi.' }), finish('stop')].map((chunk) => ({ ...chunk, model: nasty }));
    const { proxy } = await proxyTo([stream(chunks)], { onResponse: (report) => void reports.push(report) });
    await send(proxy, { body: question });
    const meter = createUsageMeter(findProvider('zai'));
    for (const report of reports) meter.add(report);
    expect(meter.read().models).toHaveLength(1);
    expect(meter.read().models.join('')).not.toMatch(unprintable);
  });
});

it('a line of the log is one line and holds no key, whatever is in it', async () => {
  const lines: string[] = [];
  const forged = '\n{"time":"2026-11-24T00:00:00.000Z","level":"error","message":"forged"}\n';
  const { log, end } = createJsonLog((line) => lines.push(line), 'debug', [testKey]);
  const { proxy } = await proxyTo(
    [
      (response) =>
        void response
          .writeHead(400, { 'x-request-id': `a ${testKey}` })
          .end(JSON.stringify({ error: { code: forged, message: `${forged}${testKey}` } })),
    ],
    { log, aliases: {} },
  );
  await send(proxy, { body: { ...question, model: `m${forged}${testKey}` } });
  await send(proxy, { body: { ...question, metadata: { a: forged } } });
  log({ level: 'warn', message: forged, fields: { cause: new Error(`${forged}${testKey}`), [forged]: forged } });
  await end();
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) {
    expect(line).not.toMatch(/[\n\r]/);
    expect((JSON.parse(line) as { message: string }).message).not.toBe('forged');
    expect(line).not.toContain(testKey);
    expect(line).not.toContain('CanaryKeySecret99');
  }
});

it('a key with characters that JSON escapes is masked in the log too', async () => {
  const lines: string[] = [];
  const key = 'abc"def\\ghi.Sec"ret\\99';
  const { log, end } = createJsonLog((line) => lines.push(line), 'debug', [key]);
  log({ level: 'warn', message: `with ${key}`, fields: { cause: new Error(`and ${key}`), nested: { key } } });
  await end();
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/Sec|ret/);
});

/** Licences that only ask to be named. */
const permissive = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'CC0-1.0', 'BlueOak-1.0.0'];
/** Of tools for tests and builds, which are not passed on, these too. */
const ofTools = [...permissive, 'MPL-2.0', '(AFL-2.1 OR BSD-3-Clause)'];

it('every dependency has a licence on the list, and what the bundle holds is named in it with a permissive one', () => {
  const lock = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { license?: string; dev?: boolean }>;
  };
  const wrong = Object.entries(lock.packages).filter(
    ([, { license, dev }]) => !(dev ? ofTools : permissive).includes(license ?? 'none'),
  );
  expect(wrong.map(([path, { license }]) => `${path}: ${license ?? 'none'}`)).toEqual([]);
  const notices = readFileSync(join(repositoryRoot, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  const bundled = [...notices.matchAll(/^((?:@[\w.-]+\/)?[\w.-]+) \d+\.\d+\.\d+\S* \((.+)\)$/gm)];
  expect(bundled.map(([, name]) => name)).toEqual(expect.arrayContaining(['undici', 'eventsource-parser']));
  expect(bundled.filter(([, , license]) => !permissive.includes(license ?? ''))).toEqual([]);
});
