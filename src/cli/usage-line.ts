import type { RunUsage } from '../launch/usage-meter.ts';

/** What a session used, in one line without a newline. Pure. */
export function usageLine(usage: RunUsage): string {
  const { models, turns, inputTokens, cachedTokens, outputTokens, isEstimated } = usage;
  const about = isEstimated ? 'about ' : '';
  const parts = [
    models.join(', ') || usage.provider,
    `${turns} ${turns === 1 ? 'turn' : 'turns'}`,
    `${about}${short(inputTokens)} tokens in (${short(cachedTokens)} cached), ${short(outputTokens)} out`,
    usage.cost ? costText(usage) : '',
    usage.failedResponses > 0 ? `${usage.failedResponses} failed` : '',
    degradedText(usage.diagnostics),
  ];
  return parts.filter(Boolean).join(' · ');
}

/** An estimate from list prices. */
export function costText({ cost }: Pick<RunUsage, 'cost'>): string {
  if (!cost) return '-';
  const sign = cost.currency === 'USD' ? '$' : '¥';
  return `~${sign}${cost.amount < 0.1 ? cost.amount.toFixed(4) : cost.amount.toFixed(2)}`;
}

/** What took something away from the user; repairs are nobody's concern. */
const degrading: Readonly<Record<string, string>> = {
  'item-dropped': 'items dropped',
  'part-dropped': 'parts dropped',
  'tool-dropped': 'tools not offered',
  'tools-cut': 'tools cut',
  'image-replaced': 'images replaced by a note',
  'response-format-degraded': 'output schema only in the prompt',
  'call-dropped': 'calls dropped',
};

function degradedText(diagnostics: RunUsage['diagnostics']): string {
  const words = Object.entries(degrading).filter(([code]) => (diagnostics[code] ?? 0) > 0);
  return words.map(([, text]) => text).join(', ');
}

function short(count: number): string {
  if (count < 1000) return String(count);
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(2)}M`;
}
