import { toCodexGlmError } from '../errors/present.ts';
import { parseResponsesRequest } from '../translate/request/parse-request.ts';
import { readJsonBody } from './body.ts';
import { dialectOf } from './dialect.ts';
import { runExchange, type ExchangeContext } from './exchange.ts';
import { createJsonSink } from './json-sink.ts';
import type { Handler } from './router.ts';
import { createSseSink, writeHttpError } from './sse-writer.ts';

export interface ResponsesRouteOptions extends ExchangeContext {
  maxBodyBytes: number;
  /** Longest silence of a stream. */
  keepAliveMs: number;
}

/** `POST /v1/responses`, streamed or whole. */
export function responsesRoute(options: ResponsesRouteOptions): Handler {
  return async (request, response, signal) => {
    const dialect = dialectOf(request.headers);
    try {
      const { value, sizeBytes } = await readJsonBody(request, options.maxBodyBytes);
      const parsed = parseResponsesRequest(value);
      const sink =
        parsed.stream === true
          ? createSseSink(response, dialect, options.keepAliveMs)
          : createJsonSink(response, dialect);
      await runExchange({ request: parsed, sizeBytes, dialect, sink, signal }, options);
    } catch (thrown) {
      const error = toCodexGlmError(thrown);
      if (error.code === 'INTERNAL')
        options.log({ level: 'error', message: 'request failed', fields: { code: error.code, cause: thrown } });
      writeHttpError(response, error, dialect);
    }
  };
}
