/** The word that was probably meant: at most two letters away, a third of its length at most. Undefined: none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const distances = known.map((each) => [each, distance(word.toLowerCase(), each.toLowerCase())] as const);
  const [best] = distances.toSorted(([, a], [, b]) => a - b);
  return best && best[1] <= Math.min(2, Math.floor(best[0].length / 3)) ? best[0] : undefined;
}

/** How many letters are missing, too many, other ones, or swapped with their neighbour. */
export function distance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const differs = from[i - 1] === to[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + differs);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[to.length] ?? 0;
}
