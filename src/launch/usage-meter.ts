import { findModel } from '../catalog/catalog.ts';
import type { Price, ProviderDescription } from '../catalog/provider.ts';
import type { ResponseUsage } from '../protocol/responses.ts';
import type { ResponseReport } from '../proxy/exchange/response-report.ts';

/** What one run of codex used. */
export interface RunUsage {
  /** The provider's id. */
  provider: string;
  /** As the provider names the models that answered. */
  models: string[];
  /** Turns as codex counts them; responses where it does not say. */
  turns: number;
  responses: number;
  failedResponses: number;
  inputTokens: number;
  /** Part of `inputTokens` that the provider's cache had. */
  cachedTokens: number;
  outputTokens: number;
  /** Estimate from the catalog's list prices. Absent: the catalog has none for a model (plans), or nothing was used. */
  cost?: { currency: Price['currency']; amount: number };
  /** Some provider sent no usage: the tokens are estimated. */
  isEstimated: boolean;
  /** What was dropped, degraded or repaired on the way, counted. */
  diagnostics: Record<string, number>;
}

export interface UsageMeter {
  add(report: ResponseReport): void;
  read(): RunUsage;
}

export function createUsageMeter(provider: ProviderDescription): UsageMeter {
  const models = new Set<string>();
  const turns = new Set<string>();
  const total = { responses: 0, failedResponses: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
  const diagnostics: Record<string, number> = {};
  const costs = new Map<Price['currency'], number>();
  let hasUnknownCost = false;

  return {
    add({ status, model, servedModel, usage, diagnostics: counts, turnId }) {
      total.responses++;
      if (status === 'failed') total.failedResponses++;
      turns.add(turnId ?? `response ${total.responses}`);
      for (const [code, count] of Object.entries(counts)) diagnostics[code] = (diagnostics[code] ?? 0) + count;
      if (!usage) return;
      models.add(servedModel ?? model);
      total.inputTokens += usage.input_tokens;
      total.cachedTokens += usage.input_tokens_details.cached_tokens;
      total.outputTokens += usage.output_tokens;
      const { price } = findModel(provider, model);
      if (price) costs.set(price.currency, (costs.get(price.currency) ?? 0) + costOf(usage, price));
      else hasUnknownCost = true;
    },
    read() {
      const [[currency, amount] = [], ...others] = [...costs];
      const isKnown = !hasUnknownCost && others.length === 0;
      return {
        provider: provider.id,
        models: [...models],
        turns: turns.size,
        ...total,
        ...(isKnown && currency !== undefined && amount !== undefined && { cost: { currency, amount } }),
        isEstimated: (diagnostics['usage-estimated'] ?? 0) > 0,
        diagnostics: { ...diagnostics },
      };
    },
  };
}

/** Output includes the reasoning, which is paid like it. */
function costOf(usage: ResponseUsage, price: Price): number {
  const cached = usage.input_tokens_details.cached_tokens;
  const fresh = usage.input_tokens - cached;
  const cachedPrice = price.cachedInput ?? price.input;
  return (fresh * price.input + cached * cachedPrice + usage.output_tokens * price.output) / 1_000_000;
}
