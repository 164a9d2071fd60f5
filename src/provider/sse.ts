import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { ProviderError } from '../errors/errors.ts';
import type { ChatCompletionChunk } from '../protocol/chat.ts';
import { failureOfFrame, notJsonFailure, type FailureContext, type ResponseHeaders } from './failure.ts';
import { cutFailure } from './network-failure.ts';

/** The body of a 2xx answer, as undici hands it over. */
export interface AnswerBody extends AsyncIterable<Buffer> {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterator<Buffer> & AsyncIterable<Buffer>;
  resume(): unknown;
  destroy(): unknown;
  on(event: 'error' | 'close', listener: () => void): unknown;
}

export interface Answer {
  status: number;
  headers: ResponseHeaders;
  body: AnswerBody;
}

/** More than this on one line, or in one JSON answer, is no chat completion. In characters. */
const maxFrameLength = 64 * 1024 * 1024;

/** How long the end of a body may stay away after `[DONE]`. */
const maxDrainMs = 1000;

/**
 * The chat completion chunks of an answer, grouped by upstream read, so that a writer can give each group away in one
 * write. Never yields an empty group. Bytes may be cut anywhere.
 *
 * Takes SSE, and also a whole `chat.completion` (as one chunk). Reads on after `[DONE]` in the background, so that the
 * connection can be used again; stops the upstream when the consumer stops early.
 *
 * The events of a Responses API, and a whole `response`, pass as they are: only their failures are looked for.
 *
 * @param onBrokenFrame told of each frame that is no JSON object and is skipped, because good chunks came before it.
 * @throws ProviderError for a failure inside the answer, PROVIDER_NOT_JSON for a body that is no chat completion, and
 *   PROVIDER_STREAM_CUT when the connection breaks. What came before it has been yielded. A body that merely ends early
 *   just ends: whether the answer was complete is for the consumer to judge.
 */
export function readChunks(
  answer: Answer,
  context: FailureContext,
  onBrokenFrame: () => void,
): AsyncIterableIterator<ChatCompletionChunk[]> {
  const { status, headers, body } = answer;
  const reads = body.iterator({ destroyOnReturn: false });
  const decoder = new StringDecoder('utf8');
  let kind: 'unknown' | 'sse' | 'whole' = 'unknown';
  let whole = '';
  let group: ChatCompletionChunk[] = [];
  let anyChunk = false;
  let done = false;
  let failure: ProviderError | undefined;
  /** The first line that is no SSE: perhaps the whole answer is plain words. */
  let strayLine: string | undefined;

  const parser = createParser({
    maxBufferSize: maxFrameLength,
    onEvent({ data }) {
      if (done || failure) return;
      if (data.startsWith('[DONE]')) {
        done = true;
        return;
      }
      const frame = parseFrame(data);
      if (frame === undefined) {
        // among good chunks a broken one is skipped: the answer around it is worth more
        if (anyChunk) onBrokenFrame();
        else if (data.trim() !== '') failure = notJsonFailure(status, headers, data, context);
        return;
      }
      failure = failureOfFrame(frame, headers, context);
      if (failure) return;
      anyChunk = true;
      group.push(frame);
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') failure = tooLong(context);
      else strayLine ??= error.line;
    },
  });

  function feed(bytes: Buffer): void {
    const text = decoder.write(bytes);
    if (kind === 'sse') return parser.feed(text);
    whole += text;
    if (whole.length > maxFrameLength) throw tooLong(context);
    if (kind === 'whole') return;
    // also takes a byte order mark away
    whole = whole.trimStart();
    const first = whole[0];
    if (first === undefined) return;
    kind = first === '{' || first === '[' || first === '<' ? 'whole' : 'sse';
    if (kind === 'whole') return;
    parser.feed(whole);
    whole = '';
  }

  /** The body is over. */
  function finish(): void {
    if (kind === 'whole') {
      group.push(completionOf(whole, answer, context));
    } else {
      // a last event without its blank line
      parser.feed('\n\n');
      if (failure?.code === 'PROVIDER_NOT_JSON') failure = undefined;
      if (!anyChunk && strayLine) failure ??= notJsonFailure(status, headers, strayLine, context);
    }
    done = true;
  }

  function close(): void {
    // a body that fails now fails nobody
    body.on('error', () => {});
    if (done) drain(body);
    else body.destroy();
  }

  const chunks = {
    // by hand: in an async generator each read takes further turns of the microtask queue
    async next(): Promise<IteratorResult<ChatCompletionChunk[]>> {
      try {
        while (group.length === 0) {
          if (failure) throw failure;
          if (done) {
            close();
            return { done: true, value: undefined };
          }
          const read = await reads.next();
          if (read.done) finish();
          else feed(read.value);
        }
      } catch (error) {
        close();
        throw error instanceof ProviderError ? error : cutFailure(error, context.provider);
      }
      const value = group;
      group = [];
      return { done: false, value };
    },
    async return(): Promise<IteratorResult<ChatCompletionChunk[]>> {
      close();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => chunks,
  };
  return chunks;
}

/** Reads what is left of a body, which usually is its end, so that its connection is free again. */
function drain(body: AnswerBody): void {
  const timer = setTimeout(() => body.destroy(), maxDrainMs).unref();
  body.on('close', () => clearTimeout(timer));
  body.resume();
}

/** A whole JSON answer as one chunk: `message` stands in for `delta`. */
function completionOf(text: string, { status, headers }: Answer, context: FailureContext): ChatCompletionChunk {
  const parsed = parseFrame(text);
  const failure = failureOfFrame(parsed, headers, context);
  if (failure) throw failure;
  if (!parsed || !isAnswer(parsed)) throw notJsonFailure(status, headers, text, context);
  return parsed;
}

function isAnswer(body: ChatCompletionChunk & { object?: unknown }): boolean {
  return Array.isArray(body.choices) || body.object === 'response';
}

/** `undefined` for anything but a JSON object. */
function parseFrame(data: string): ChatCompletionChunk | undefined {
  try {
    const parsed: unknown = JSON.parse(data);
    // the wire type promises nothing, so any object fits it
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function tooLong(context: FailureContext): ProviderError {
  return new ProviderError('PROVIDER_NOT_JSON', `${context.provider} sent a frame of more than 64 MiB.`);
}
