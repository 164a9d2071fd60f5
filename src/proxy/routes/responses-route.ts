import type { ServerResponse } from 'node:http';
import { toCodexGlmError } from '../../errors/present.ts';
import type { ResponsesRequest } from '../../protocol/responses.ts';
import { toCompactedResponse, withSummaryPrompt } from '../../translate/request/compaction.ts';
import { parseResponsesRequest } from '../../translate/request/parse-request.ts';
import { requestPurpose, type RequestPurpose } from '../../translate/request/purpose.ts';
import { localThreadTitle } from '../../translate/request/thread-title.ts';
import type { BodyMemory } from '../body/body-memory.ts';
import { readJsonBody } from '../body/body.ts';
import { dialectOf } from './dialect.ts';
import { createCompactionSink } from '../sinks/compaction-sink.ts';
import { runExchange, type ExchangeContext, type ExchangeInput } from '../exchange/exchange.ts';
import { createJsonSink } from '../sinks/json-sink.ts';
import { sendAnswer } from '../exchange/local-answer.ts';
import { logRefusal, requestIdOf } from './log-refusal.ts';
import type { Log } from '../log.ts';
import type { Recording, ResponseHistory } from './response-history.ts';
import type { Handler } from './router.ts';
import type { Selected } from '../upstream/select-upstream.ts';
import { createSseSink, writeHttpError } from '../sinks/sse-writer.ts';
import type { Upstream } from '../upstream/upstream.ts';

export interface ResponsesRouteOptions {
  select: (model: string) => Selected;
  /** Absent: nothing is stored, and nothing can be continued. */
  history: ResponseHistory | undefined;
  log: Log;
  maxBodyBytes: number;
  bodies: BodyMemory;
  /** Longest silence of a stream. */
  keepAliveMs: number;
}

/** `POST /v1/responses`, streamed or whole. */
export function responsesRoute(options: ResponsesRouteOptions): Handler {
  return exchangeRoute(options, (input, response, { exchange }, recording) => {
    const { request, dialect } = input;
    const sink =
      request.stream === true
        ? createSseSink(response, dialect, options.keepAliveMs)
        : createJsonSink(response, dialect);
    const metadata = response.req.headers['x-codex-turn-metadata'];
    const purpose = requestPurpose(request, Array.isArray(metadata) ? metadata[0] : metadata);
    return serve(purpose, { ...input, sink: recording?.wrap(sink) ?? sink }, exchange);
  });
}

/** `POST /v1/responses/compact`: a history in, its user messages and one compaction item out. */
export function compactRoute(options: ResponsesRouteOptions): Handler {
  return exchangeRoute(options, (input, response, { exchange }) => {
    const { request, dialect } = input;
    const sink = createJsonSink(response, dialect, (final) => toCompactedResponse(request, final));
    return runExchange({ ...input, request: withSummaryPrompt(request), isSummary: true, sink }, exchange);
  });
}

type RequestInput = Omit<ExchangeInput, 'sink'>;

function exchangeRoute(
  options: ResponsesRouteOptions,
  run: (
    input: RequestInput,
    response: ServerResponse,
    upstream: Upstream,
    recording: Recording | undefined,
  ) => Promise<void> | void,
): Handler {
  return async (request, response, signal) => {
    const dialect = dialectOf(request.headers);
    try {
      const { value, sizeBytes } = await readJsonBody(request, options.maxBodyBytes, options.bodies);
      const wantsDiagnostics = request.headers['x-codex-glm-diagnostics'] === '1';
      const parsed = parseResponsesRequest(value);
      const { upstream, model } = options.select(parsed.model);
      await using recording = await options.history?.begin({ ...parsed, model }, signal);
      await run(
        {
          request: recording?.request ?? { ...parsed, model },
          sizeBytes: recording?.isContinued ? sizeOf(recording.request) : sizeBytes,
          dialect,
          wantsDiagnostics,
          requestId: requestIdOf(response),
          signal: recording?.signal ?? signal,
        },
        response,
        upstream,
        recording,
      );
    } catch (thrown) {
      const error = toCodexGlmError(thrown);
      logRefusal(options.log, request, response, error);
      writeHttpError(response, error, dialect);
    }
  };
}

function sizeOf(request: ResponsesRequest): number {
  return Buffer.byteLength(JSON.stringify(request));
}

/** Side requests are served in the way that costs least. */
function serve(purpose: RequestPurpose, input: ExchangeInput, context: ExchangeContext): Promise<void> | void {
  const { request, sink } = input;
  switch (purpose) {
    case 'turn':
      return runExchange(input, context);
    case 'thread_title':
      return sendAnswer(request, JSON.stringify({ title: localThreadTitle(request) }), sink);
    case 'compaction':
      return runExchange({ ...input, isSummary: true }, context);
    case 'compaction-item': {
      const summary = { request: withSummaryPrompt(request), isSummary: true, sink: createCompactionSink(sink) };
      return runExchange({ ...input, ...summary }, context);
    }
    default:
      return purpose satisfies never;
  }
}
