import type { ProviderDescription } from '../catalog/provider.ts';
import { createUsageMeter, type UsageMeter } from '../launch/usage-meter.ts';
import type { Log } from '../proxy/log.ts';
import type { ResponseReport } from '../proxy/exchange/response-report.ts';

/** Logs what each response used, and in the end what each model did. */
export interface UsageLog {
  add(report: ResponseReport): void;
  end(): void;
}

/** @param providers the first is asked for the price of a model that none of them lists */
export function createUsageLog(
  log: Log,
  providers: readonly [ProviderDescription, ...ProviderDescription[]],
): UsageLog {
  const meters = new Map<string, UsageMeter>();

  function newMeter(model: string): UsageMeter {
    return createUsageMeter(providers.find(({ models }) => models.some(({ id }) => id === model)) ?? providers[0]);
  }

  function say(message: string, model: string, meter: UsageMeter): void {
    const { responses, failedResponses, inputTokens, cachedTokens, outputTokens, cost, isEstimated } = meter.read();
    const rounded = cost && { ...cost, amount: Number(cost.amount.toPrecision(6)) };
    const tokens = { inputTokens, cachedTokens, outputTokens, isEstimated };
    const fields = { model, responses, failedResponses, ...tokens, cost: rounded };
    log({ level: 'info', message, fields });
  }

  return {
    add(report) {
      const { model } = report;
      const one = newMeter(model);
      const all = meters.get(model) ?? newMeter(model);
      meters.set(model, all);
      for (const meter of [one, all]) meter.add(report);
      say('usage', model, one);
    },
    end() {
      for (const [model, meter] of meters) say('usage in total', model, meter);
    },
  };
}
