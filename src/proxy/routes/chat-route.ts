import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveModelName } from '../../catalog/model-names.ts';
import { CodexGlmError, ProviderError, RequestError } from '../../errors/errors.ts';
import { toCodexGlmError } from '../../errors/present.ts';
import type { McpAnswer } from '../../provider/mcp-client.ts';
import { cutFailure } from '../../provider/network-failure.ts';
import { createRetryBudget } from '../../provider/retry.ts';
import { createRelayedUsage } from '../exchange/relayed-usage.ts';
import type { ResponseReport } from '../exchange/response-report.ts';
import { withModelNames } from '../exchange/model-hint.ts';
import { isObject } from '../../translate/request/parse-request.ts';
import { readJsonBody } from '../body/body.ts';
import { requestIdOf } from './log-refusal.ts';
import type { Handler } from './router.ts';
import type { Selected } from '../upstream/select-upstream.ts';
import type { Upstream } from '../upstream/upstream.ts';

export interface ChatRouteOptions {
  select: (model: string) => Selected;
  maxBodyBytes: number;
}

/**
 * `POST /v1/chat/completions`: passes a chat request on as it is, but for the name of its model, with the provider's key,
 * its limits and our retries; the answer comes back byte by byte, and its usage is counted where the provider tells it.
 * Nothing is translated or repaired.
 */
export function chatRoute({ select, maxBodyBytes }: ChatRouteOptions): Handler {
  return async (request, response, signal) => {
    const { value } = await readJsonBody(request, maxBodyBytes);
    if (!isObject(value) || !Array.isArray(value['messages']))
      throw new RequestError('BAD_REQUEST', 400, '`messages` must be an array.');
    const { upstream, model } = select(typeof value['model'] === 'string' ? value['model'] : '');
    const { provider, exchange } = upstream;
    const startedAtMs = Date.now();
    const report = (level: 'info' | 'error', message: string, fields: Record<string, unknown>) => {
      const durationMs = Date.now() - startedAtMs;
      const common = { request: requestIdOf(response), provider: provider.id, model, durationMs };
      exchange.log({ level, message, fields: { ...common, ...fields } });
    };
    const name = resolveModelName(model, provider, exchange.aliases);
    const account = (outcome: Pick<ResponseReport, 'status' | 'usage' | 'servedModel' | 'error'>) => {
      const durationMs = Date.now() - startedAtMs;
      exchange.onResponse?.({
        model: name,
        diagnostics: {},
        durationMs,
        turnId: undefined,
        threadId: undefined,
        ...outcome,
      });
    };
    const body = JSON.stringify({ ...value, model: name });
    try {
      using _place = await exchange.limiter.enter(signal);
      const answer = await postUntilAnswered(upstream, body, signal);
      const { 'content-type': type, 'content-encoding': encoding } = answer.headers;
      const told = createRelayedUsage(type);
      const parts = partsOf(answer, provider.name);
      // until the first byte is there a failure can be told
      let read = await parts.next();
      response.writeHead(answer.status, {
        'content-type': typeof type === 'string' ? type : 'application/json',
        ...(typeof encoding === 'string' && { 'content-encoding': encoding }),
      });
      await pipeline(async function* () {
        for (; read.done !== true; read = await parts.next()) {
          told.push(read.value);
          yield read.value;
        }
      }, response);
      report('info', 'chat completion', { status: answer.status });
      account({ status: 'completed', ...told.read() });
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      if (signal.aborted && !(reason instanceof CodexGlmError)) return report('info', 'client gone', {});
      const failure = withModelNames(toCodexGlmError(reason), provider, name);
      account({ status: 'failed', usage: undefined, servedModel: undefined, error: failure });
      if (!response.headersSent) throw failure;
      // an answer that has begun can only be cut
      report('error', 'chat completion cut', { code: failure.code });
      response.destroy();
    }
  };
}

/** @throws ProviderError PROVIDER_STREAM_CUT */
async function* partsOf({ body }: McpAnswer, provider: string): AsyncGenerator<Buffer, void> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch (error) {
    throw cutFailure(error, provider);
  }
}

/** Repeats a request that was refused for now; an answer that has begun is never asked for again. */
async function postUntilAnswered(upstream: Upstream, body: string, signal: AbortSignal): Promise<McpAnswer> {
  const { relay, provider, exchange } = upstream;
  const { pathname } = new URL(`${provider.baseUrl}/chat/completions`);
  const headers = { accept: 'application/json, text/event-stream', 'accept-language': 'en-US,en' };
  const budget = createRetryBudget({ firstDelayMs: exchange.firstRetryDelayMs, random: Math.random });
  for (;;) {
    try {
      return await relay.post(pathname, body, headers, signal);
    } catch (error) {
      const delayMs = error instanceof ProviderError && !signal.aborted ? budget.delayAfter(error) : undefined;
      if (delayMs === undefined) throw error;
      await sleep(delayMs, undefined, { signal });
    }
  }
}
