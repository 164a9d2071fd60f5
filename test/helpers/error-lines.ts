/**
 * The errors in what `codex exec` wrote to stderr. codex prints the final error of a turn twice, word for word (seen
 * with 0.169), and a line for each reconnection, which is left out.
 */
export function errorLines(stderr: string): string[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('ERROR: '));
  return [...new Set(lines)].filter((line) => !line.startsWith('ERROR: Reconnecting...'));
}
