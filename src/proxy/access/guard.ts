import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { RequestError } from '../../errors/errors.ts';
import type { ClientKeys } from './client-keys.ts';

/** Decides who may talk to the proxy; throws RequestError 401 or 403. */
export type Guard = (headers: IncomingHttpHeaders, needsToken: boolean) => void;

export interface GuardOptions {
  port: number;
  /** One key that is accepted; absent with no `clientKeys`: nobody is asked. */
  token: string | undefined;
  /** Further keys that are accepted. */
  clientKeys: ClientKeys | undefined;
  /** The proxy listens on loopback only, so its names are known. */
  isLoopback: boolean;
}

/**
 * A proxy on loopback can be reached by every web page in the user's browser: by its name after DNS rebinding (`Host`
 * differs), or across origins (`Origin` is set). Both are refused, then the key is asked for. Behind other addresses any
 * name may stand; there a key is always asked for.
 */
export function createGuard({ port, token, clientKeys, isLoopback }: GuardOptions): Guard {
  const hosts = new Set<string | undefined>();
  for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
    hosts.add(`${host}:${port}`);
    // clients leave the default port of http out
    if (port === 80) hosts.add(host);
  }
  const expected = token === undefined ? undefined : digest(token);
  const asksForKey = expected !== undefined || clientKeys !== undefined;

  function isKnown(key: string): boolean {
    if (expected && timingSafeEqual(digest(key), expected)) return true;
    return clientKeys?.accepts(key) ?? false;
  }

  return (headers, needsToken) => {
    if (isLoopback && !hosts.has(headers.host?.toLowerCase()))
      throw new RequestError('FORBIDDEN_ORIGIN', 403, 'The Host header does not name this proxy.', {
        hint: `Use http://127.0.0.1:${port}.`,
      });
    const site = headers['sec-fetch-site'];
    if (headers.origin !== undefined || (site !== undefined && site !== 'none'))
      throw new RequestError('FORBIDDEN_ORIGIN', 403, 'Requests from web pages are refused.');
    if (asksForKey && needsToken && !isKnown(bearer(headers.authorization)))
      throw new RequestError('UNAUTHORIZED', 401, 'The bearer token of this proxy is missing or wrong.', {
        hint: 'Send the token of this proxy, or a client key, as `Authorization: Bearer <token>`.',
      });
  };
}

function bearer(authorization: string | undefined): string {
  return /^Bearer (.*)$/s.exec(authorization ?? '')?.[1] ?? '';
}

/** Digests have one length, which the comparison in constant time needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
