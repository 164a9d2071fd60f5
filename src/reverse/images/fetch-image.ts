import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { RequestError } from '../../errors/errors.ts';
import type { ImageRoom } from './image-room.ts';
import { isPublicAddress, lookupOf } from './public-address.ts';

const maxRedirects = 3;
const deadlineMs = 15_000;

export interface ImageNetwork {
  /** Default: public addresses only. */
  isAllowed?: (address: string) => boolean;
  /** PEM of the certificate authority; default: those of Node. */
  ca?: string;
}

/**
 * Reads an image from a public https address. Redirects are checked as the first address is, and a name is connected to at
 * the address that was checked.
 * @throws RequestError 400, or 413 for more than there is room for
 */
export async function fetchImage(
  source: string,
  room: ImageRoom,
  signal: AbortSignal,
  network: ImageNetwork = {},
): Promise<Buffer> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  let url = checkUrl(source, network);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await open(url, deadline, network);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return readAll(response, url, room);
    response.destroy();
    if (statusCode < 300 || statusCode > 399 || !headers.location) {
      throw refuse(url, `it answered ${statusCode}`);
    }
    const next = URL.canParse(headers.location, url.href) ? new URL(headers.location, url.href).href : headers.location;
    url = checkUrl(next, network);
  }
  throw refuse(url, 'it redirects too often');
}

function checkUrl(text: string, { isAllowed = isPublicAddress }: ImageNetwork): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:')
    throw new RequestError('BAD_REQUEST', 400, 'An image URL must begin with https:// or data:.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // a literal address is connected to without a lookup
  if (isIP(host) !== 0 && !isAllowed(host)) throw refuse(url, 'it is not a public address');
  return url;
}

function open(
  url: URL,
  signal: AbortSignal,
  { isAllowed = isPublicAddress, ca }: ImageNetwork,
): Promise<IncomingMessage> {
  const options = {
    lookup: lookupOf(isAllowed),
    signal,
    headers: { accept: 'image/*' },
    agent: false,
    ...(ca && { ca }),
  };
  return new Promise((resolve, reject) => {
    get(url, options, resolve).once('error', (cause) => reject(refuse(url, cause.message)));
  });
}

async function readAll(response: IncomingMessage, url: URL, room: ImageRoom): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      size += part.length;
      room.take(part.length, size);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof RequestError ? error : refuse(url, (error as Error).message);
  }
  return Buffer.concat(parts, size);
}

/** Without path and query, which may hold a token. */
function refuse(url: URL, why: string): RequestError {
  return new RequestError('BAD_REQUEST', 400, `The image at ${url.origin} cannot be used: ${why}.`);
}
