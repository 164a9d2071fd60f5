import type { IncomingMessage } from 'node:http';
import { RequestError } from '../../errors/errors.ts';
import type { BodyMemory } from './body-memory.ts';
import { parseJson } from './parse-json.ts';

export interface JsonBody {
  value: unknown;
  sizeBytes: number;
}

/**
 * Reads a request's JSON body.
 *
 * @param memory for bodies that repeat most of an earlier one
 * @throws RequestError 413 for more than `maxBytes`, 415 for a compressed body or another type than JSON, 400 for anything but UTF-8 JSON.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number, memory?: BodyMemory): Promise<JsonBody> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new RequestError('BAD_REQUEST', 415, `The content-encoding "${encoding}" is not supported.`, {
      hint: 'Send the body uncompressed.',
    });
  // a browser sends other types without asking first, and curl calls everything a form unless told
  const type = request.headers['content-type'];
  if (type !== undefined && !/^application\/(.+\+)?json\s*(;|$)/i.test(type))
    throw new RequestError('BAD_REQUEST', 415, `The content-type "${type}" is not supported.`, {
      hint: 'Send JSON as application/json.',
    });
  const bytes = await readBytes(request, maxBytes, memory);
  return { value: memory ? memory.parse(bytes) : parseJson(bytes), sizeBytes: bytes.length };
}

async function readBytes(request: IncomingMessage, maxBytes: number, memory: BodyMemory | undefined): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? NaN);
  // one large buffer that is used again and again: garbage outside of the heap makes the collector run all the time
  const room = memory && announced <= maxBytes ? memory.room(announced) : undefined;
  let parts: Buffer[] = [];
  let size = 0;
  // by events: an async loop over the request costs 25 µs more
  await new Promise<void>((resolve, reject) => {
    let isWhole = false;
    // after `end`, `close` comes all the same: the error and its stack would cost 25 µs
    const brokenOff = (cause?: Error) => {
      if (!isWhole) reject(new RequestError('BAD_REQUEST', 400, 'The request body broke off.', { cause }));
    };
    const end = () => {
      isWhole = true;
      resolve();
    };
    request.on('data', (part: Buffer) => {
      if (room) part.copy(room, size);
      else parts.push(part);
      size += part.length;
      if (size > maxBytes) parts = [];
      // many clients read the answer only after they have sent everything: take in a little more, for nothing
      if (size > 2 * maxBytes) end();
    });
    request.once('end', end).once('error', brokenOff).once('close', brokenOff);
  });
  if (size <= maxBytes) return room ?? Buffer.concat(parts, size);
  throw new RequestError('BODY_TOO_LARGE', 413, `The request body is larger than ${maxBytes} bytes.`);
}
