import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CodexGlmError } from '../../errors/errors.ts';
import type { Log } from '../log.ts';

/** Characters of a path that are logged. */
const longestPath = 200;

/** The id that the client was told in `x-request-id`. */
export function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader('x-request-id') ?? '');
}

/** Logs a request that is answered with an error before there was an exchange: what was asked for, without its query. */
export function logRefusal(log: Log, request: IncomingMessage, response: ServerResponse, error: CodexGlmError): void {
  const { method, url = '' } = request;
  const path = url.split('?', 1)[0]?.slice(0, longestPath);
  const fields = { request: requestIdOf(response), method, path, code: error.code };
  if (error.code !== 'INTERNAL') return log({ level: 'warn', message: 'answered with an error', fields });
  log({ level: 'error', message: 'request failed', fields: { ...fields, cause: error.cause ?? error } });
}
