import { UsageError } from '../errors/errors.ts';

/** What to do about a bad one. */
export const baseUrlHint = 'Give one like https://host/v1, without /chat/completions.';

/**
 * A base URL as it can be used: without trailing slash. The text is not repeated in the error: it may hold a password.
 * @param providerName for people
 * @throws UsageError BAD_BASE_URL
 */
export function checkBaseUrl(text: string, providerName: string): string {
  const problem = text === '' ? 'is missing' : problemOfBaseUrl(text);
  if (problem === undefined) return text.replace(/\/+$/, '');
  throw new UsageError('BAD_BASE_URL', `The base URL of ${providerName} ${problem}.`, { hint: baseUrlHint });
}

/** What is wrong with a base URL, as the end of a sentence; undefined for a good one. */
export function problemOfBaseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must start with http:// or https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  if (url.search !== '' || url.hash !== '') return 'must not hold a query or fragment';
  const tail = /\/(chat\/completions|responses|models)\/*$/.exec(url.pathname)?.[1];
  return tail === undefined ? undefined : `must end before /${tail}, which is added`;
}
