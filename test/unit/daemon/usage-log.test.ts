import { expect, it } from 'vitest';
import { findProvider } from '../../../src/catalog/catalog.ts';
import { createUsageLog } from '../../../src/daemon/usage-log.ts';
import type { ResponseReport } from '../../../src/proxy/exchange/response-report.ts';

function report(model: string, inputTokens: number): ResponseReport {
  return {
    status: 'completed',
    model,
    servedModel: undefined,
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 0,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens,
    },
    diagnostics: {},
    durationMs: 1,
    turnId: undefined,
    threadId: undefined,
  };
}

it('says what each response used and cost, and in the end what each model did', () => {
  const entries: { message: string; fields: Record<string, unknown> }[] = [];
  const usage = createUsageLog((entry) => entries.push(entry), [findProvider('zai'), findProvider('deepseek')]);
  const { price } = findProvider('zai').models.find(({ id }) => id === 'glm-5.3') ?? {};
  usage.add(report('glm-5.3', 1_000_000));
  usage.add(report('glm-5.3', 1_000_000));
  usage.add(report('unheard-of', 5));
  usage.end();
  expect(entries.map(({ message, fields }) => [message, fields['model'], fields['inputTokens']])).toEqual([
    ['usage', 'glm-5.3', 1_000_000],
    ['usage', 'glm-5.3', 1_000_000],
    ['usage', 'unheard-of', 5],
    ['usage in total', 'glm-5.3', 2_000_000],
    ['usage in total', 'unheard-of', 5],
  ]);
  expect(entries[3]?.fields['cost']).toEqual({ currency: 'USD', amount: 2 * (price?.input ?? Number.NaN) });
  expect(entries[4]?.fields['cost']).toBeUndefined();
});
