/** Shorter ones could be any word; no provider hands out such a key. */
const shortestSecret = 6;

/** Of an environment variable whose value is nobody's business. */
export const secretVariable = /KEY|TOKEN|SECRET|PASSWORD/i;

const known = new Set<string>();

/** To be told every key and token that this process uses; it forgets none. */
export function rememberSecret(secret: string): void {
  known.add(secret);
}

/** What `rememberSecret` was told, for the words of a crash: they may quote anything, from anywhere. */
export function knownSecrets(): string[] {
  return [...known];
}

/**
 * Masks every secret in a text, also as it is spelt inside of JSON. A key of the form `id.secret` (GLM) is also masked where
 * only its second half stands.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) {
    for (const part of [secret, secret.slice(secret.indexOf('.') + 1)]) {
      if (part.length < shortestSecret) continue;
      for (const spelling of [part, JSON.stringify(part).slice(1, -1)]) masked = masked.replaceAll(spelling, '[key]');
    }
  }
  return masked;
}
