import { expect, it } from 'vitest';
import { createCapture } from '../../src/capture/capture.ts';
import type { CapturedExchange } from '../../src/capture/captured.ts';
import { replay } from '../../src/capture/replay.ts';
import { findProvider } from '../../src/catalog/catalog.ts';
import { createToolLog } from '../../src/proxy/exchange/tool-log.ts';
import { within } from '../helpers/deadline.ts';
import { proxyTo, testKey } from '../helpers/proxy-under-test.ts';
import { codexHeaders, open, question, send } from '../helpers/responses-client.ts';
import { delta, finish, glmError, hang, stream, textChunks } from '../helpers/scripted-upstream.ts';

const provider = findProvider('zai');
const shell = { type: 'function', name: 'shell', description: 'Runs', parameters: { type: 'object', properties: {} } };
const mcp = { type: 'namespace', name: 'files', tools: [{ ...shell, name: 'read' }] };
const call = { index: 0, id: 'c1', type: 'function', function: { name: 'shell', arguments: '{"secret":"argument"}' } };
const calling = stream([
  delta({ reasoning_content: 'Look.' }),
  delta({ tool_calls: [{ ...call, function: { ...call.function, arguments: '{"secret"' } }] }),
  delta({ tool_calls: [{ index: 0, function: { arguments: ':"argument"}' } }] }),
  finish('tool_calls'),
]);

/** Captures what passes through a proxy while two requests are made. */
async function capture(): Promise<{ lines: string[]; captured: CapturedExchange[] }> {
  const lines: string[] = [];
  const observer = createCapture({
    write: (line) => lines.push(line),
    secrets: [testKey],
    replacements: [['/home/ada', '/home/user']],
  });
  const { proxy } = await proxyTo([calling, glmError(400, '1214', 'no'), stream(textChunks('Done.'))], {
    provider,
    observer,
  });
  const input = `Look at /home/ada/x with ${testKey} and sk-abcdefghijklmnop1234`;
  const bodies = [
    { ...question, input, tools: [shell, mcp], store: false },
    { ...question, input: 'refused' },
    { ...question, input: 'And?', store: false },
  ];
  for (const body of bodies) await send(proxy, { body, headers: codexHeaders });
  return { lines, captured: lines.map((line) => JSON.parse(line) as CapturedExchange) };
}

it('a capture holds requests and answers, but no keys and no home', async () => {
  const { lines, captured } = await capture();
  expect(captured).toHaveLength(2);
  expect(captured[0]).toMatchObject({
    request: { input: 'Look at /home/user/x with [key] and [key]' },
    chat: { model: 'glm-5.3' },
    output: [
      { type: 'reasoning', id: 'rs_1_0' },
      { type: 'function_call', id: 'fc_1_1', name: 'shell' },
    ],
  });
  expect(captured[0]?.chunks).toHaveLength(4);
  for (const secret of [testKey, 'CanaryKeySecret99', 'sk-abc', '/home/ada'])
    expect(lines.join()).not.toContain(secret);
});

it('a capture replays without a difference on the version that made it', async () => {
  const { captured } = await capture();
  expect(await replay(captured, provider)).toEqual([]);
});

it('a replay tells what this version does otherwise', async () => {
  const { captured } = await capture();
  const [first, second] = captured as [CapturedExchange, CapturedExchange];
  const older = { ...first, chat: { ...first.chat, max_tokens: 5 } };
  const altered = { ...second, chunks: second.chunks.slice(0, 2).concat(second.chunks.slice(3)) };
  const differences = await replay([older, altered], provider);
  expect(differences).toMatchObject([
    { exchange: 1, place: 'chat.max_tokens', was: 5, is: undefined },
    { exchange: 2, place: 'output.1.content.0.text', was: 'Done.', is: 'Don' },
  ]);
});

it('an exchange whose client left is not captured', async () => {
  const lines: string[] = [];
  const observer = createCapture({ write: (line) => lines.push(line), secrets: [], replacements: [] });
  const { proxy, upstream } = await proxyTo([hang()], { observer });
  const arrived = upstream.nextRequest();
  const { request, answer } = open(proxy, { body: question });
  answer.catch(() => {});
  const seen = await within(15_000, 'the request', arrived);
  request.destroy();
  await within(15_000, 'the end of the provider’s request', seen.aborted);
  expect(lines).toEqual([]);
});

it('the log of tools has names and nothing else', async () => {
  const entries: { message: string; fields: object }[] = [];
  const observer = createToolLog(({ level, message, fields }) => {
    expect(level).toBe('debug');
    entries.push({ message, fields });
  });
  const { proxy } = await proxyTo([calling], { observer });
  await send(proxy, { body: { ...question, tools: [shell, mcp, { type: 'web_search' }] }, headers: codexHeaders });
  expect(entries).toMatchObject([
    {
      message: 'tools',
      fields: { requested: ['shell', 'files.read', 'web_search'], offered: ['shell', 'files__read'] },
    },
    { message: 'calls', fields: { called: ['shell'] } },
  ]);
  expect(JSON.stringify(entries)).not.toContain('argument');
});
