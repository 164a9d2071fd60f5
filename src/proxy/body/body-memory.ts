import { isObject } from '../../translate/request/parse-request.ts';
import { findInput, type InputSpan } from './input-span.ts';
import { comma } from './json-bytes.ts';
import { parseJson } from './parse-json.ts';

/**
 * Parses request bodies. Codex sends the whole history with every request, in front of it what never changes; so the
 * bytes of the last requests are kept, and of one that goes on where an earlier one ended only the new items are parsed.
 * The value is the same as by `parseJson`, but earlier items are the same objects as before: nobody may change them.
 */
export interface BodyMemory {
  /** @throws RequestError 400 for anything but UTF-8 JSON. */
  parse(bytes: Buffer): unknown;
  /** Room for a body that will be parsed next: that of one that is not needed any more, where it is large enough. */
  room(sizeBytes: number): Buffer;
}

/** A body whose beginning, up to the end of the last item, may come again. */
interface Remembered extends InputSpan {
  bytes: Buffer;
  items: readonly unknown[];
}

/** Smaller ones are parsed faster than they are looked for. */
const minBodyBytes = 64 * 1024;
/** Larger ones are not kept: no model's context holds them. */
const maxKeptBytes = 32 * 1024 * 1024;

/**
 * @param maxBytes of bodies are kept, and always the last one; what was made of a body takes up to three times its size
 */
export function createBodyMemory(maxBytes = 4 * 1024 * 1024): BodyMemory {
  /** The one used last comes last. */
  const remembered: Remembered[] = [];
  let spare: Buffer | undefined;

  function remember(body: Remembered): void {
    remembered.push(body);
    let size = remembered.reduce((sum, { bytes }) => sum + bytes.length, 0);
    while (size > maxBytes && remembered.length > 1) size -= remembered.shift()?.bytes.length ?? 0;
  }

  return {
    parse(bytes) {
      if (bytes.length < minBodyBytes) return parseJson(bytes);
      const known = remembered.findLast((body) => goesOn(bytes, body));
      let span = known && findInput(bytes, known);
      let value = known && span && parseRest(bytes, known);
      if (value === undefined) {
        value = parseJson(bytes);
        span = findInput(bytes);
      }
      if (known) {
        remembered.splice(remembered.indexOf(known), 1);
        spare = Buffer.from(known.bytes.buffer);
      }
      if (span && bytes.length <= maxKeptBytes && isObject(value) && Array.isArray(value['input']))
        remember({ ...span, bytes, items: value['input'] });
      return value;
    },
    room(sizeBytes) {
      if (sizeBytes < minBodyBytes) return Buffer.allocUnsafe(sizeBytes);
      // the conversation will grow
      const room = spare && spare.length >= sizeBytes ? spare : Buffer.allocUnsafeSlow(Math.ceil(sizeBytes * 1.25));
      spare = undefined;
      return room.subarray(0, sizeBytes);
    },
  };
}

function goesOn(bytes: Buffer, { bytes: before, end }: Remembered): boolean {
  return bytes[end] === comma && before.compare(bytes, 0, end, 0, end) === 0;
}

/**
 * Parses all but the items that are known, and the comma behind them; undefined when no item follows that comma, or what
 * is wrong with the body has to be said of the whole.
 */
function parseRest(bytes: Buffer, known: Remembered): unknown {
  const value = parseGood(bytes.subarray(0, known.start), bytes.subarray(known.end + 1));
  if (!isObject(value) || !Array.isArray(value['input']) || value['input'].length === 0) return undefined;
  return { ...value, input: [...known.items, ...value['input']] };
}

function parseGood(...parts: readonly Buffer[]): unknown {
  try {
    return parseJson(...parts);
  } catch {
    return undefined;
  }
}
