import { plainText } from '../errors/plain-text.ts';
import { getJson, type GetJsonOptions } from './get-json.ts';

/** What is left of a Coding Plan. */
export interface PlanQuota {
  /** As the vendor names it: lite, pro, max. */
  level: string | undefined;
  limits: PlanLimit[];
}

export interface PlanLimit {
  /** For people: "5 hours", "1 week". */
  period: string;
  kind: 'credits' | 'tokens' | 'tools' | 'other';
  /** 0 to 100. */
  usedPercent: number | undefined;
  used: number | undefined;
  total: number | undefined;
  resetsAtMs: number | undefined;
}

/**
 * Asks for the plan's quota; free of charge.
 * @param url on the same host as the key's endpoints
 * @returns undefined for a key without a plan
 * @throws ProviderError: see getJson
 */
export async function readPlanQuota(
  url: string,
  apiKey: string,
  options: Omit<GetJsonOptions, 'url' | 'authorization'>,
): Promise<PlanQuota | undefined> {
  // the vendor's own page sends the bare key, without "Bearer"
  return toPlanQuota(await getJson({ ...options, url, authorization: apiKey }));
}

/** `{success, data: {level, limits: [...]}}`; `success: false` for a key without a plan. Pure. */
export function toPlanQuota(answer: unknown): PlanQuota | undefined {
  if (!isObject(answer) || answer['success'] === false || !isObject(answer['data'])) return undefined;
  const { level, limits } = answer['data'];
  return {
    level: typeof level === 'string' ? plainText(level) : undefined,
    limits: Array.isArray(limits) ? limits.filter(isObject).map(toLimit) : [],
  };
}

/** `usage` is the total and `currentValue` the used part; older answers have only `percentage` (2026-08). */
function toLimit(limit: Record<string, unknown>): PlanLimit {
  return {
    period: periodOf(limit['unit'], limit['number']),
    kind: kinds[String(limit['type'])] ?? 'other',
    usedPercent: numberOf(limit['percentage']),
    used: numberOf(limit['currentValue']),
    total: numberOf(limit['usage']),
    resetsAtMs: numberOf(limit['nextResetTime']),
  };
}

const kinds: Readonly<Record<string, PlanLimit['kind']>> = {
  CREDIT_LIMIT: 'credits',
  TOKENS_LIMIT: 'tokens',
  TIME_LIMIT: 'tools',
};

const units: Readonly<Record<string, string>> = { 3: 'hour', 6: 'week', 5: 'month' };

function periodOf(unit: unknown, count: unknown): string {
  const word = units[String(unit)];
  if (word === undefined) return 'period';
  const number = numberOf(count) ?? 1;
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
