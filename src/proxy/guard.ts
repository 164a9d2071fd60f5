import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { RequestError } from '../errors/errors.ts';

/** Decides who may talk to the proxy; throws RequestError 401 or 403. */
export type Guard = (headers: IncomingHttpHeaders, needsToken: boolean) => void;

/**
 * A proxy on loopback can be reached by every web page in the user's browser: by its name after DNS rebinding (`Host`
 * differs), or across origins (`Origin` is set). Both are refused, then the token is asked for.
 */
export function createGuard(port: number, token: string | undefined): Guard {
  const hosts = new Set<string | undefined>();
  for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
    hosts.add(`${host}:${port}`);
    // clients leave the default port of http out
    if (port === 80) hosts.add(host);
  }
  const expected = token === undefined ? undefined : digest(`Bearer ${token}`);

  return (headers, needsToken) => {
    if (!hosts.has(headers.host?.toLowerCase()))
      throw new RequestError('FORBIDDEN_ORIGIN', 403, 'The Host header does not name this proxy.', {
        hint: `Use http://127.0.0.1:${port}.`,
      });
    const site = headers['sec-fetch-site'];
    if (headers.origin !== undefined || (site !== undefined && site !== 'none'))
      throw new RequestError('FORBIDDEN_ORIGIN', 403, 'Requests from web pages are refused.');
    if (expected && needsToken && !timingSafeEqual(digest(headers.authorization ?? ''), expected))
      throw new RequestError('UNAUTHORIZED', 401, 'The bearer token of this proxy is missing or wrong.', {
        hint: 'Send the `token` that startProxy returned as `Authorization: Bearer <token>`.',
      });
  };
}

/** Digests have one length, which the comparison in constant time needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
