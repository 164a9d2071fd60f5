/**
 * A key as it was meant: without blanks around it, without the quotes that `docker --env-file` and some shells leave
 * there, and without the word that belongs into the header. A provider answers 401 to all of these.
 */
export function cleanKey(text: string): string {
  const bare = text.trim().replace(/^(["'])(.*)\1$/s, '$2');
  return bare.trim().replace(/^Bearer\s+/i, '');
}
