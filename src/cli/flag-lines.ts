import type { ServeSetting } from '../reverse/serve-settings.ts';

/** The flags of `serve` and `chat` for a help text; settings without one are in docs/serve.md. */
export function flagLines(settings: readonly ServeSetting[]): string {
  return settings.flatMap(({ flag, description }) => (flag ? [`  ${flag.padEnd(13)}  ${description}`] : [])).join('\n');
}
