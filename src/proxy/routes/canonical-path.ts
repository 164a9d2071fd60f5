/**
 * The paths that clients know these endpoints by: with `/v1`, with GLM's `/v4` or longer prefixes (clients that add
 * `/responses` to whatever base URL they were given), without any.
 */
const known =
  /^(?:\/[\w.~-]+)*?\/(responses(?:\/[\w-]+(?:\/(?:cancel|input_items))?)?|chat\/completions|models(?:\/[\w.:%~-]+)?)\/?$/;

/** The path under which the routes list it; one that is not known stays as it is. */
export function canonicalPath(path: string): string {
  if (path === '/healthz') return '/health';
  const found = known.exec(path)?.[1];
  return found === undefined ? path : `/v1/${found}`;
}
