import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { RequestError } from '../errors/errors.ts';
import { isPublicAddress, publicLookup } from './public-address.ts';

const maxRedirects = 3;
const deadlineMs = 15_000;

/**
 * Reads an image from a public https address; redirects are checked as the first address is.
 * @throws RequestError 400, or 413 for more than `maxBytes`
 */
export async function fetchImage(source: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  let url = checkUrl(source);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await open(url, deadline);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return readAll(response, url, maxBytes);
    response.destroy();
    if (statusCode < 300 || statusCode > 399 || !headers.location) {
      throw refuse(url, `it answered ${statusCode}`);
    }
    url = checkUrl(URL.canParse(headers.location, url.href) ? new URL(headers.location, url).href : headers.location);
  }
  throw refuse(url, 'it redirects too often');
}

function checkUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:')
    throw new RequestError('BAD_REQUEST', 400, 'An image URL must begin with https:// or data:.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // a literal address is connected to without a lookup
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refuse(url, 'it is not a public address');
  return url;
}

function open(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { lookup: publicLookup, signal, headers: { accept: 'image/*' }, agent: false }, resolve).once(
      'error',
      (cause) => reject(refuse(url, cause.message)),
    );
  });
}

async function readAll(response: IncomingMessage, url: URL, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > maxBytes) throw imageTooLarge(maxBytes);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof RequestError ? error : refuse(url, (error as Error).message);
  }
  return Buffer.concat(parts, size);
}

export function imageTooLarge(maxBytes: number): RequestError {
  return new RequestError('BODY_TOO_LARGE', 413, `An image is larger than ${maxBytes} bytes.`, {
    hint: 'Send a smaller one, or raise CODEX_GLM_SERVE_IMAGE_LIMIT.',
  });
}

/** Without path and query, which may hold a token. */
function refuse(url: URL, why: string): RequestError {
  return new RequestError('BAD_REQUEST', 400, `The image at ${url.origin} cannot be used: ${why}.`);
}
