import { UsageError } from '../errors/errors.ts';
import { rememberSecret } from './redact.ts';

/**
 * The key without the blanks around it: it ends up in a header, where nothing but printable ASCII can stand. Every key
 * comes by here before it is used, and is remembered as a secret.
 * @returns undefined where nothing is left
 * @throws UsageError BAD_SETTING
 */
export function checkApiKey(key: string | undefined): string | undefined {
  const trimmed = key?.trim();
  if (!trimmed) return undefined;
  rememberSecret(trimmed);
  if (/^[\u0021-\u007e]+$/.test(trimmed)) return trimmed;
  throw new UsageError('BAD_SETTING', 'The API key holds characters that no key has (blanks or non-ASCII ones).', {
    hint: "Copy it again from the provider's site.",
  });
}
