import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { findModel } from '../catalog/catalog.ts';
import { resolveModelName } from '../catalog/model-names.ts';
import { rulesFor, type ProviderDescription } from '../catalog/provider.ts';
import { CodexGlmError, ProviderError } from '../errors/errors.ts';
import { toCodexGlmError, toResponseError, type Dialect } from '../errors/present.ts';
import type { Response, ResponseEvent, ResponsesRequest } from '../protocol/responses.ts';
import type { ChatClient } from '../provider/client.ts';
import { createRetryBudget } from '../provider/retry.ts';
import type { Diagnostic } from '../translate/diagnostic.ts';
import { toChatRequest } from '../translate/request/to-chat-request.ts';
import {
  diagnosticsOf,
  openStream,
  reduceChunk,
  reduceEnd,
  reduceFailure,
  restartStream,
  startStream,
  streamOutcome,
} from '../translate/stream/reduce.ts';
import { missingAnswer } from './missing-answer.ts';
import type { Log } from './log.ts';
import type { ResponseSink } from './sse-writer.ts';

/** What all exchanges of one proxy share. */
export interface ExchangeContext {
  provider: ProviderDescription;
  client: ChatClient;
  log: Log;
  /** How long the client waits for a status line before the stream is opened without the provider's. */
  headersWaitMs: number;
  /** Pause before the second attempt; doubles with each further one. */
  firstRetryDelayMs: number;
}

export interface ExchangeInput {
  request: ResponsesRequest;
  /** Size of the request's body, for the estimate that stands in for missing usage. */
  sizeBytes: number;
  dialect: Dialect;
  sink: ResponseSink;
  /** Ends the exchange at once. A CodexGlmError as its reason is told to the client; any other means it is gone. */
  signal: AbortSignal;
}

/** Rough size of a token in a JSON body, where nothing better is known. */
const bytesPerToken = 4;

/**
 * One request's life: translate, ask the provider (again, while nothing of its answer was given away), stream. The sink
 * gets exactly one terminal event or one HTTP error on every path, unless the client is gone.
 *
 * @throws whatever the translation of the request throws; the sink is untouched then.
 */
export async function runExchange(input: ExchangeInput, context: ExchangeContext): Promise<void> {
  const { request, dialect, sink, signal } = input;
  const { provider, client, log } = context;
  const startedAtMs = Date.now();
  const model = findModel(provider, resolveModelName(request.model, provider));
  const { quirks } = rulesFor(model, provider.rules);
  const { chat, tools, usedCallIds, diagnostics } = toChatRequest(request, { model, rules: provider.rules });
  const body = JSON.stringify(chat);
  const response = responseSkeleton(request, model.id);
  const state = startStream({
    response,
    tools,
    usedCallIds,
    family: model.family,
    estimatedInputTokens: Math.ceil(input.sizeBytes / bytesPerToken),
    toolCallMarkup: quirks.includes('tool-call-markup'),
    answerInReasoning: quirks.includes('answer-in-reasoning'),
  });

  // created and in_progress go out together with what follows them: one write
  let opening: ResponseEvent[] | undefined = openStream(state);
  const openTimer = setTimeout(() => void emit([]), context.headersWaitMs);
  /** Something of the current attempt's answer was sent: a failure can't be mended unseen any more. */
  let givenAway = false;
  let attempts = 0;

  function emit(events: ResponseEvent[]): Promise<void> | undefined {
    if (opening) {
      events = [...opening, ...events];
      opening = undefined;
      clearTimeout(openTimer);
    }
    return events.length > 0 ? sink.write(events) : undefined;
  }

  /** Asks once. Throws ProviderError unless there is an answer that can be ended. */
  async function attempt(): Promise<void> {
    attempts++;
    givenAway = false;
    for await (const chunks of await client.send(body, signal)) {
      const events: ResponseEvent[] = [];
      for (const chunk of chunks) for (const event of reduceChunk(state, chunk)) events.push(event);
      if (events.length > 0) {
        givenAway = true;
        await emit(events);
      }
      if (streamOutcome(state) === 'ended') return;
    }
    const failure = missingAnswer(streamOutcome(state), givenAway, provider.name);
    if (failure) throw failure;
  }

  async function attemptUntilAnswered(): Promise<void> {
    const budget = createRetryBudget({ firstDelayMs: context.firstRetryDelayMs, random: Math.random });
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const delayMs = !signal.aborted && isMendable(error, givenAway) ? budget.delayAfter(error) : undefined;
        if (delayMs === undefined) throw error;
        report('warn', 'retrying', { reason: (error as ProviderError).code, delayMs: Math.round(delayMs) });
        const events = restartStream(state);
        if (events.length > 0) await emit(events);
        await sleep(delayMs, undefined, { signal });
      }
    }
  }

  function fail(error: CodexGlmError): void {
    // codex understands a conversation that is too long only inside a stream (0.107 to 0.169)
    const needsStream = dialect === 'codex' && error.code === 'PROVIDER_CONTEXT_LENGTH';
    if (!sink.started && !needsStream) return sink.refuse(error);
    const resumable = error instanceof ProviderError && error.retryable && !isMendable(error, givenAway);
    void emit(reduceFailure(state, toResponseError(error, dialect, resumable)));
    sink.end();
  }

  function report(level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void {
    log({ level, message, fields: { response: response.id, model: model.id, attempts, ...fields } });
  }

  try {
    await attemptUntilAnswered();
    const ending = reduceEnd(state);
    await emit(ending);
    sink.end();
    report('info', ending.at(-1)?.type ?? 'response.failed', {
      durationMs: Date.now() - startedAtMs,
      diagnostics: countByCode([...diagnostics, ...diagnosticsOf(state)]),
    });
  } catch (thrown) {
    const reason: unknown = signal.aborted ? signal.reason : thrown;
    if (signal.aborted && !(reason instanceof CodexGlmError)) return report('info', 'client gone', {});
    const error = toCodexGlmError(reason);
    report('error', 'response failed', failureFields(error));
    fail(error);
  } finally {
    clearTimeout(openTimer);
  }
}

/** May another attempt replace this one without the client seeing a difference? An empty answer can go on as itself. */
function isMendable(error: unknown, givenAway: boolean): error is ProviderError {
  return error instanceof ProviderError && (!givenAway || error.code === 'PROVIDER_EMPTY_ANSWER');
}

function failureFields(error: CodexGlmError): Record<string, unknown> {
  const { code, cause } = error;
  if (!(error instanceof ProviderError)) return code === 'INTERNAL' ? { code, cause } : { code };
  const { status, providerCode, requestId } = error;
  return { code, status, providerCode, requestId };
}

function responseSkeleton(request: ResponsesRequest, model: string): Response {
  return {
    id: `resp_${randomBytes(12).toString('hex')}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'in_progress',
    model,
    output: [],
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: request.metadata ?? {},
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    temperature: request.temperature ?? null,
    top_p: request.top_p ?? null,
    tool_choice: request.tool_choice ?? 'auto',
    // not echoed: codex sends 20 kB of them with every request and reads none back
    tools: [],
    usage: null,
  };
}

function countByCode(diagnostics: readonly Diagnostic[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of diagnostics) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
