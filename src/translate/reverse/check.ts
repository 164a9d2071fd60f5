import { RequestError } from '../../errors/errors.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function badRequest(message: string): RequestError {
  return new RequestError('BAD_REQUEST', 400, message);
}
