import type { ServerResponse } from 'node:http';
import type { CodexGlmError } from '../../errors/errors.ts';
import { toOpenAiError } from '../../errors/present.ts';
import { writeHttpError } from '../../proxy/sinks/sse-writer.ts';
import { createResentText } from '../../translate/reverse/resent-text.ts';
import {
  deltaChunk,
  progressChunk,
  usageChunk,
  wholeCompletion,
  type CompletionDelta,
  type CompletionFrame,
  type CompletionPart,
  type CompletionUsage,
  type FinishReason,
} from '../../translate/reverse/completion.ts';

/** Where the answer to one chat request goes. After `end` or `fail` nothing more is taken. */
export interface CompletionSink {
  write(parts: readonly CompletionPart[]): void;
  end(usage: CompletionUsage, reason: FinishReason): void;
  /** An HTTP error with the true status while nothing was sent, else an error inside of the stream. */
  fail(error: CodexGlmError): void;
}

export interface SseSinkOptions {
  includeUsage: boolean;
  /** Longest silence. */
  heartbeatMs: number;
  /** How long a client waits for a status line before the stream is opened without a first part. */
  headersWaitMs: number;
}

/** Streams chat completion chunks; all that comes in one turn of the event loop leaves in one write. */
export function createSseSink(
  response: ServerResponse,
  frame: CompletionFrame,
  { includeUsage, heartbeatMs, headersWaitMs }: SseSinkOptions,
): CompletionSink {
  let started = false;
  let batch = '';
  let heartbeat: NodeJS.Timeout | undefined;
  const resent = createResentText();
  const opening = setTimeout(start, headersWaitMs);
  response.once('close', stop);

  function start(): void {
    if (started) return;
    started = true;
    clearTimeout(opening);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      // nginx would hold the stream back
      'x-accel-buffering': 'no',
    });
    heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(': keep-alive\n\n');
    }, heartbeatMs);
    add(deltaChunk(frame, { role: 'assistant', content: '' }));
  }

  function stop(): void {
    clearTimeout(opening);
    clearInterval(heartbeat);
  }

  function add(chunk: unknown, event?: string): void {
    if (batch === '') setImmediate(flush);
    batch += `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(chunk)}\n\n`;
  }

  function addDelta({ content, ...others }: CompletionDelta): void {
    const news = content === undefined ? '' : resent.take(content);
    if (news !== '' || Object.keys(others).length > 0)
      add(deltaChunk(frame, { ...others, ...(news !== '' && { content: news }) }));
  }

  function flush(): void {
    if (batch !== '' && !response.destroyed && !response.writableEnded) response.write(batch);
    batch = '';
    heartbeat?.refresh();
  }

  function finish(): void {
    stop();
    const rest = `${batch}data: [DONE]\n\n`;
    batch = '';
    response.end(rest);
  }

  return {
    write(parts) {
      if (parts.length > 0) start();
      for (const part of parts) {
        if ('takenBack' in part) resent.expect(part.takenBack);
        else if ('progress' in part) add(progressChunk(frame, part.progress), 'codex.item');
        else addDelta(part.delta);
      }
    },
    end(usage, reason) {
      start();
      addDelta({ content: resent.rest() });
      add(deltaChunk(frame, {}, reason));
      if (includeUsage) add(usageChunk(frame, usage));
      finish();
    },
    fail(error) {
      stop();
      if (!started) return refuse(response, error);
      // the body is OpenAI's error object as JSON text
      batch += `data: ${toOpenAiError(error).body}\n\n`;
      finish();
    },
  };
}

/** Answers with one chat completion. */
export function createJsonSink(response: ServerResponse, frame: CompletionFrame): CompletionSink {
  let content = '';
  let reasoning = '';
  return {
    write(parts) {
      for (const part of parts) {
        if ('takenBack' in part) content = content.slice(0, content.length - part.takenBack);
        if (!('delta' in part)) continue;
        content += part.delta.content ?? '';
        reasoning += part.delta.reasoning_content ?? '';
      }
    },
    end(usage, reason) {
      const body = JSON.stringify(wholeCompletion(frame, { content, reasoning }, usage, reason));
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        .end(body);
    },
    fail(error) {
      refuse(response, error);
    },
  };
}

/**
 * OpenAI's SDKs send a request again after 429, 409 and 5xx unless this header says no (openai-node 6, client.ts). A turn
 * that failed may have changed files and is in the session's history: only a person can say whether it should be repeated.
 */
function refuse(response: ServerResponse, error: CodexGlmError): void {
  response.setHeader('x-should-retry', 'false');
  writeHttpError(response, error, 'openai');
}
