import { expect, test } from 'vitest';
import { findProvider } from '../../../src/catalog/catalog.ts';
import { usageLine } from '../../../src/cli/usage-line.ts';
import { createUsageMeter } from '../../../src/launch/usage-meter.ts';
import type { ResponseReport } from '../../../src/proxy/exchange/response-report.ts';

function report(changes: Partial<ResponseReport> = {}): ResponseReport {
  const usage = {
    input_tokens: 1_000_000,
    input_tokens_details: { cached_tokens: 400_000 },
    output_tokens: 100_000,
    output_tokens_details: { reasoning_tokens: 50_000 },
    total_tokens: 1_100_000,
  };
  const base = { status: 'completed', model: 'glm-5.3', servedModel: undefined, usage, diagnostics: {} } as const;
  return { ...base, durationMs: 1, turnId: 't1', threadId: 't', ...changes };
}

function measure(provider: string, ...reports: ResponseReport[]) {
  const meter = createUsageMeter(findProvider(provider));
  for (const each of reports) meter.add(each);
  return meter.read();
}

test('tokens add up, requests of one turn count once, and the cost has a price for cached input', () => {
  const usage = measure('zai', report(), report(), report({ turnId: 't2' }));
  expect(usage).toMatchObject({
    turns: 2,
    responses: 3,
    inputTokens: 3_000_000,
    cachedTokens: 1_200_000,
    outputTokens: 300_000,
  });
  // 0.6 M * 1.40 + 0.4 M * 0.26 + 0.1 M * 4.40, three times
  expect(usage.cost?.amount).toBeCloseTo(3 * (0.84 + 0.104 + 0.44), 6);
  expect(usageLine(usage)).toBe('glm-5.3 · 2 turns · 3.00M tokens in (1.20M cached), 300.0k out · ~$4.15');
});

test('a plan has no cost, and the model is named as it was served', () => {
  const usage = measure('zai-coding', report({ model: 'glm-4.7', servedModel: 'glm-5.3-flash' }));
  expect(usage.cost).toBeUndefined();
  expect(usageLine(usage)).toBe('glm-5.3-flash · 1 turn · 1.00M tokens in (400.0k cached), 100.0k out');
});

test('failures, estimates and what was degraded are told; repairs are not', () => {
  const usage = measure(
    'zai-coding',
    report({ diagnostics: { 'usage-estimated': 1, 'image-replaced': 2, 'call-arguments-repaired': 1 } }),
    report({ status: 'failed', usage: undefined, turnId: undefined }),
  );
  expect(usageLine(usage)).toBe(
    'glm-5.3 · 2 turns · about 1.00M tokens in (400.0k cached), 100.0k out · 1 failed · images replaced by a note',
  );
});
