import { isJsonObject } from './parse-json.ts';

/** OpenRouter's and MiniMax's structured reasoning, put together again from its deltas. */
export interface ReasoningDetails {
  /** In order of appearance; goes back to the provider unmodified. */
  entries: Record<string, unknown>[];
}

export function createReasoningDetails(): ReasoningDetails {
  return { entries: [] };
}

/** Text of one entry is spread over its deltas; every other field comes whole. */
const textFields = ['text', 'summary', 'data'] as const;

/**
 * Adds the entries of one delta and returns the readable text that they brought. An entry belongs to an earlier one of
 * the same `type` and `index` (OpenRouter's reference, reasoning tokens, 2026); MiniMax repeats all text so far in each.
 */
export function addReasoningDetails(details: ReasoningDetails, delta: readonly unknown[]): string {
  let readable = '';
  for (const entry of delta) {
    if (!isJsonObject(entry)) continue;
    const known = details.entries.findLast((other) => other['type'] === entry['type'] && sameEntry(other, entry));
    if (!known) {
      details.entries.push({ ...entry });
      readable += readableText(entry);
      continue;
    }
    for (const [field, value] of Object.entries(entry)) {
      const old = known[field];
      if (!isTextField(field) || typeof old !== 'string' || typeof value !== 'string') {
        if (value !== null && value !== undefined) known[field] = value;
        continue;
      }
      const added = isSnapshot(old, value) ? value.slice(old.length) : value;
      known[field] = old + added;
      if (field !== 'data') readable += added;
    }
  }
  return readable;
}

/** Very short texts repeat by chance. */
function isSnapshot(old: string, value: string): boolean {
  return value.startsWith(old) && old.length >= (value.length > old.length ? 2 : 8);
}

function sameEntry(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  return (a['index'] ?? null) === (b['index'] ?? null);
}

function readableText(entry: Record<string, unknown>): string {
  const text = entry['text'] ?? entry['summary'];
  return typeof text === 'string' ? text : '';
}

function isTextField(field: string): boolean {
  return (textFields as readonly string[]).includes(field);
}
