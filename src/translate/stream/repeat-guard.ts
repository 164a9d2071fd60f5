/**
 * Recognises a model that is stuck (`!!!!!!…`, GLM-5.3-flash on SGLang hosts, opencode issue 45533): it would go on
 * until the output limit, at the user's cost.
 */
export interface RepeatGuard {
  delta: string;
  /** How many times in a row `delta` came. */
  count: number;
  char: string;
  /** How many times in a row `char` stands at the end of the text. */
  run: number;
}

const maxSameDeltas = 400;
const maxSameChars = 2000;
/** Longer deltas are whole lines, sent by servers that batch. */
const shortDelta = 16;

export function createRepeatGuard(): RepeatGuard {
  return { delta: '', count: 0, char: '', run: 0 };
}

/** Takes one delta of text or reasoning, never empty; true when the model is stuck. */
export function isStuck(guard: RepeatGuard, delta: string): boolean {
  if (delta === guard.delta) guard.count++;
  else {
    guard.delta = delta;
    guard.count = 1;
  }
  const char = delta.slice(-1);
  let tail = 1;
  while (tail < delta.length && delta[delta.length - 1 - tail] === char) tail++;
  guard.run = tail === delta.length && char === guard.char ? guard.run + tail : tail;
  guard.char = char;
  return (guard.count >= maxSameDeltas && delta.length <= shortDelta) || guard.run > maxSameChars;
}
