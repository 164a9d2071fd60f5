import type { IncomingHttpHeaders } from 'node:http';
import type { Dialect } from '../../errors/present.ts';

/** Codex names itself in `originator` (0.80 to 0.169) and sends `x-codex-…` headers. */
export function dialectOf(headers: IncomingHttpHeaders): Dialect {
  if (headers['originator'] !== undefined) return 'codex';
  for (const name in headers) if (name.startsWith('x-codex-')) return 'codex';
  return 'openai';
}
