import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors/errors.ts';

export interface JsonBody {
  value: unknown;
  sizeBytes: number;
}

/**
 * Reads a request's JSON body.
 *
 * @throws RequestError 413 for more than `maxBytes`, 415 for a compressed body, 400 for anything but UTF-8 JSON.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<JsonBody> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new RequestError('BAD_REQUEST', 415, `The content-encoding "${encoding}" is not supported.`, {
      hint: 'Send the body uncompressed.',
    });
  const bytes = await readBytes(request, maxBytes);
  if (!isUtf8(bytes)) throw new RequestError('BAD_REQUEST', 400, 'The request body is not valid UTF-8.');
  try {
    return { value: JSON.parse(bytes.toString('utf8')), sizeBytes: bytes.length };
  } catch (error) {
    throw new RequestError('BAD_REQUEST', 400, 'The request body is not valid JSON.', { cause: error });
  }
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length;
      if (size <= maxBytes) parts.push(part);
      else parts = [];
      // many clients read the answer only after they have sent everything: take in a little more, for nothing
      if (size > 2 * maxBytes) break;
    }
  } catch (error) {
    throw new RequestError('BAD_REQUEST', 400, 'The request body broke off.', { cause: error });
  }
  if (size <= maxBytes) return Buffer.concat(parts, size);
  throw new RequestError('BODY_TOO_LARGE', 413, `The request body is larger than ${maxBytes} bytes.`);
}
