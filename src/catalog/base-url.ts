import { UsageError } from '../errors/errors.ts';

/**
 * A base URL as it can be used: without trailing slash. The text is not repeated in the error: it may hold a password.
 * @param providerName for people
 * @throws UsageError BAD_BASE_URL
 */
export function checkBaseUrl(text: string, providerName: string): string {
  const bad = (problem: string) =>
    new UsageError('BAD_BASE_URL', `The base URL of ${providerName} ${problem}.`, {
      hint: 'Give one like https://host/v1, without /chat/completions.',
    });
  if (text === '') throw bad('is missing');
  if (!URL.canParse(text)) throw bad('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw bad('must start with http:// or https://');
  if (url.username !== '' || url.password !== '') throw bad('must not hold a user name or password');
  if (url.search !== '' || url.hash !== '') throw bad('must not hold a query or fragment');
  return text.replace(/\/+$/, '');
}
