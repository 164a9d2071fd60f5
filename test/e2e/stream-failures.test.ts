import { expect, test } from 'vitest';
import { errorLines } from '../helpers/error-lines.ts';
import { leftProcesses } from '../helpers/processes.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider, type ProviderStep } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

const text = '{"choices":[{"index":0,"delta":{"role":"assistant","content":"Half an ans"}}]}';
const errorInside = '{"error":{"code":"1234","message":"Network error, error id: 7"}}';

// Six: codex itself asks again five times when a stream broke that had begun.
test.each<[string, ProviderStep, RegExp, number]>([
  ['a stream cut in the middle', { cut: { text: 'Half an ans' } }, /did not finish its answer/, 6],
  ['an error inside a stream that had begun', { data: [text, errorInside] }, /Network error, error id: 7/, 6],
  // GLM's 1234 is repeated twice
  ['an error as the first thing in a stream', { data: [errorInside] }, /Network error, error id: 7/, 3],
  ['an answer of nothing', {}, /empty answer/, 4],
  ['an answer of thinking only', { reasoning: 'Hm.' }, /only reasoning/, 4],
  ['something else than JSON', { data: ['not json'] }, /not json/, 1],
  ['a full window', { finishReason: 'model_context_window_exceeded' }, /context window/, 1],
  ['a filtered answer', { text: 'Half an ans', finishReason: 'sensitive' }, /content filter/, 1],
  ['a network error at the end', { text: 'Half an ans', finishReason: 'network_error' }, /network_error/, 6],
  ['the end of the output limit', { text: 'Half an ans', finishReason: 'length' }, /max_output_tokens/, 1],
])('%s: one clear line, exit 1, as few requests as it needs', async (_, step, words, requests) => {
  const place = await testPlace();
  const provider = await startStrictProvider(() => step);
  const run = await runLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'hi'], {
    environment: { ZAI_API_KEY: 'key.of-the-test' },
    deadlineMs: 60_000,
  });
  expect(run).toMatchObject({ status: 1, stdout: '' });
  expect(errorLines(run.stderr)).toEqual([expect.stringMatching(words)]);
  expect(provider.requests).toHaveLength(requests);
  expect(await leftProcesses(place)).toEqual([]);
});

test('a stream that breaks once is taken up again, and the turn ends well', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([
    { calls: [{ name: 'exec_command', arguments: { cmd: 'echo first' } }] },
    { cut: { text: 'Half an ans' } },
    { text: 'A whole answer.' },
  ]);
  const run = await runLauncher(place, ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'hi'], {
    environment: { ZAI_API_KEY: 'key.of-the-test' },
  });
  expect(run).toMatchObject({ status: 0, stdout: 'A whole answer.\n' });
});
