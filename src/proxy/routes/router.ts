import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestError } from '../../errors/errors.ts';
import { canonicalPath } from './canonical-path.ts';

/** Answers one request. The signal is aborted when the client is gone or the proxy closes. */
export type Handler = (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => Promise<void> | void;

export interface Route {
  /** `{id}` stands for any one segment. */
  path: string;
  method: string;
  /** Answers without a token. */
  open?: boolean;
  handle: Handler;
}

/** The path that a request names, without its query, as the routes list it. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  return canonicalPath(end < 0 ? url : url.slice(0, end));
}

export function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  return new URLSearchParams(end < 0 ? '' : url.slice(end + 1));
}

/** @throws RequestError 404 or 405; for the latter the `allow` header is set. */
export function findRoute(routes: readonly Route[], request: IncomingMessage, response: ServerResponse): Route {
  const path = pathOf(request);
  const exact = routes.filter((route) => route.path === path);
  const atPath = exact.length > 0 ? exact : routes.filter((route) => matches(route.path, path));
  const found = atPath.find((route) => route.method === request.method);
  if (found) return found;
  if (atPath.length === 0)
    throw new RequestError('NOT_FOUND', 404, `There is nothing at ${request.method} ${path}.`, {
      hint: `Paths here: ${routes.map((route) => `${route.method} ${route.path}`).join(', ')}.`,
    });
  const allowed = atPath.map((route) => route.method).join(', ');
  response.setHeader('allow', allowed);
  throw new RequestError('METHOD_NOT_ALLOWED', 405, `${path} does not take ${request.method}, only ${allowed}.`);
}

function matches(pattern: string, path: string): boolean {
  if (!pattern.includes('{id}')) return false;
  const segments = path.split('/');
  const wanted = pattern.split('/');
  return wanted.length === segments.length && wanted.every((each, i) => each === '{id}' || each === segments[i]);
}
