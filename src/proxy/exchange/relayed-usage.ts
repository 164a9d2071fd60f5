import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import type { ChatUsage } from '../../protocol/chat.ts';
import type { ResponseUsage } from '../../protocol/responses.ts';
import { isObject } from '../../translate/request/parse-request.ts';
import { toResponseUsage } from '../../translate/stream/usage.ts';

/** What a provider says of an answer that is passed on as it is. */
export interface RelayedUsage {
  /** The next bytes of the answer, cut anywhere. */
  push(bytes: Buffer): void;
  /** When the answer is over. Undefined is what the provider did not say; nothing is estimated. */
  read(): { usage: ResponseUsage | undefined; servedModel: string | undefined };
}

/** Nothing longer is looked into: an answer, or a frame of a stream. In characters. */
const maxLength = 16 * 1024 * 1024;

/** Reads along, whole answers and streams (whose last chunk has the usage, where the client or the provider wants it). */
export function createRelayedUsage(contentType: unknown): RelayedUsage {
  const decoder = new StringDecoder('utf8');
  const isStream = typeof contentType === 'string' && contentType.includes('text/event-stream');
  let whole = '';
  let isTooLong = false;
  let usage: ResponseUsage | undefined;
  let servedModel: string | undefined;

  function take(json: string): void {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      return;
    }
    if (!isObject(value) || !isObject(value['usage'])) return;
    usage = toResponseUsage(value['usage'] as ChatUsage);
    if (typeof value['model'] === 'string') servedModel = value['model'];
  }

  const parser = createParser({
    maxBufferSize: maxLength,
    onEvent: ({ data }) => {
      if (data.includes('"usage"')) take(data);
    },
    onError: ({ type }) => {
      isTooLong ||= type === 'max-buffer-size-exceeded';
    },
  });

  return {
    push(bytes) {
      if (isTooLong) return;
      const text = decoder.write(bytes);
      if (isStream) return parser.feed(text);
      whole += text;
      isTooLong = whole.length > maxLength;
      if (isTooLong) whole = '';
    },
    read() {
      if (!isStream) take(whole);
      return { usage, servedModel };
    },
  };
}
