import { setTimeout as sleep } from 'node:timers/promises';
import { findModel } from '../../catalog/catalog.ts';
import { resolveModelName, type ModelAliases } from '../../catalog/model-names.ts';
import { rulesFor, type ModelDescription, type ProviderDescription } from '../../catalog/provider.ts';
import { CodexGlmError, ProviderError } from '../../errors/errors.ts';
import { toCodexGlmError, toResponseError, type Dialect } from '../../errors/present.ts';
import type { ChatMessage } from '../../protocol/chat.ts';
import type { ResponseEvent, ResponsesRequest } from '../../protocol/responses.ts';
import type { ChatClient } from '../../provider/client.ts';
import { networkCode } from '../../provider/network-failure.ts';
import type { Limiter } from '../../provider/limiter.ts';
import { createRetryBudget } from '../../provider/retry.ts';
import type { Diagnostic } from '../../translate/diagnostic.ts';
import { hasFreshImage } from '../../translate/request/images.ts';
import type { FoldMemory } from '../../translate/request/fold-memory.ts';
import { askingForLess, toSummaryRequest } from '../../translate/request/compaction.ts';
import { toChatRequest } from '../../translate/request/to-chat-request.ts';
import {
  answerProblem,
  diagnosticsOf,
  hasFinished,
  openStream,
  reduceChunk,
  reduceEnd,
  reduceFailure,
  restartStream,
  startStream,
  streamOutcome,
} from '../../translate/stream/reduce.ts';
import { answerCheckFor } from './answer-check.ts';
import type { ExchangeObserver } from './exchange-observer.ts';
import { missingAnswer } from './missing-answer.ts';
import { withModelNames } from './model-hint.ts';
import type { Log } from '../log.ts';
import type { ResponseReport } from './response-report.ts';
import { offendingField } from './offending-field.ts';
import type { ProviderWire } from './provider-wire.ts';
import { responseSkeleton } from './response-skeleton.ts';
import type { ResponseSink } from '../sinks/sse-writer.ts';
import { createTail } from './tail.ts';

/** What all exchanges of one proxy share. */
export interface ExchangeContext {
  wire: ProviderWire;
  /** What was made of the histories of earlier requests. */
  folds: FoldMemory;
  client: ChatClient;
  log: Log;
  /** How long the client waits for a status line before the stream is opened without the provider's. */
  headersWaitMs: number;
  /** Pause before the second attempt; doubles with each further one. */
  firstRetryDelayMs: number;
  /** How long the end of an answer that is complete may take: some servers leave the connection open. */
  tailMs: number;
  /** Requests under way at the provider, over all exchanges. */
  limiter: Limiter;
  /** The user's own names for models, before the common ones. */
  aliases?: ModelAliases | undefined;
  observer?: ExchangeObserver | undefined;
  /** Told of every response when it has ended, unless the client left before. */
  onResponse?: ((report: ResponseReport) => void) | undefined;
}

export interface ExchangeInput {
  request: ResponsesRequest;
  /** It asks for the summary that replaces its history, and is made fit for that; half a summary is a failure. */
  isSummary?: boolean;
  /** Size of the request's body, for the estimate that stands in for missing usage. */
  sizeBytes: number;
  dialect: Dialect;
  sink: ResponseSink;
  /** Tell the client in `metadata` what was dropped, degraded or repaired. */
  wantsDiagnostics: boolean;
  /** For the log: what the client was told in `x-request-id`. */
  requestId: string;
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
  const { client, log, wire } = context;
  const { provider } = wire;
  const startedAtMs = Date.now();
  const model = wire.modelOf(modelFor(request, provider, context.aliases));
  const { quirks } = rulesFor(model, provider.rules);
  const asked = input.isSummary ? toSummaryRequest(request, model) : request;
  const translated = toChatRequest(asked, { model, rules: provider.rules }, context.folds);
  const { tools, usedCallIds, diagnostics } = translated;
  let { chat } = translated;
  const enforcesFormat = provider.rules.responseFormat === 'json_schema';
  const checkAnswer = enforcesFormat ? undefined : await answerCheckFor(request.text?.format);
  const encode = () => wire.bodyOf(chat, { request: asked, model, tools });
  let body = encode();
  const response = responseSkeleton(request, model.id);
  context.observer?.began(response.id, request, chat);
  const state = startStream({
    response,
    tools,
    usedCallIds,
    family: model.family,
    estimatedInputTokens: Math.ceil(input.sizeBytes / bytesPerToken),
    toolCallMarkup: quirks.includes('tool-call-markup'),
    answerInReasoning: quirks.includes('answer-in-reasoning'),
    // codex repeats a request five times whose answer was filtered (seen with 0.169)
    filteredIsFailure: dialect === 'codex',
    ...(checkAnswer && { checkAnswer }),
    ...(input.isSummary && { mustBeWhole: true }),
  });

  // created and in_progress go out together with what follows them: one write
  let opening: ResponseEvent[] | undefined = openStream(state);
  const openTimer = setTimeout(() => void emit([]), context.headersWaitMs);
  /** Something of the current attempt's answer was sent: a failure can't be mended unseen any more. */
  let givenAway = false;
  let attempts = 0;
  let corrected = false;
  let leftOut: string | undefined;
  let servedModel: string | undefined;

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
    using _place = await context.limiter.enter(signal);
    using tail = createTail(signal, context.tailMs);
    try {
      for await (const chunks of wire.chunksOf(await client.send(body, tail.signal))) {
        servedModel ??= chunks[0]?.model ?? undefined;
        context.observer?.received(response.id, chunks);
        const events: ResponseEvent[] = [];
        for (const chunk of chunks) for (const event of reduceChunk(state, chunk)) events.push(event);
        const hasEnded = streamOutcome(state) === 'ended';
        if (events.length > 0) {
          givenAway = true;
          // a model that is stuck ends its response itself
          if (hasEnded) for (const event of events) tellDiagnostics(event);
          // a turn of the microtask queue less for each chunk
          const slow = emit(events);
          if (slow) await slow;
        }
        if (hasEnded) return;
        if (hasFinished(state)) tail.begin();
      }
    } catch (error) {
      // what breaks off behind finish_reason was complete
      if (!tail.isOver && (signal.aborted || !hasFinished(state) || !isCut(error))) throw error;
    }
    const failure = missingAnswer(streamOutcome(state), givenAway, provider.name);
    if (failure) throw failure;
  }

  async function attemptUntilAnswered(): Promise<void> {
    const budget = createRetryBudget({ firstDelayMs: context.firstRetryDelayMs, random: Math.random });
    for (;;) {
      try {
        await attempt();
        const wrong = answerProblem(state);
        if (!wrong || corrected) return;
        corrected = true;
        chat = input.isSummary
          ? askingForLess(chat, model)
          : { ...chat, messages: [...chat.messages, ...askAgain(wrong)] };
        body = encode();
        await emit(restartStream(state));
      } catch (error) {
        if (!leftOut && !signal.aborted && !givenAway) {
          leftOut = offendingField(error, chat, input.isSummary);
          if (leftOut !== undefined) {
            report('warn', 'asking again without a field', { field: leftOut });
            diagnostics.push({ code: 'field-dropped', detail: leftOut });
            chat = { ...chat, [leftOut]: undefined };
            body = encode();
            continue;
          }
        }
        const delayMs = !signal.aborted && isMendable(error, givenAway) ? budget.delayAfter(error) : undefined;
        if (delayMs === undefined) throw error;
        report('warn', 'retrying', { ...failureFields(toCodexGlmError(error)), delayMs: Math.round(delayMs) });
        const events = restartStream(state);
        if (events.length > 0) await emit(events);
        await sleep(delayMs, undefined, { signal });
      }
    }
  }

  function counted(): Record<string, number> {
    return countByCode([...diagnostics, ...diagnosticsOf(state)]);
  }

  function tellDiagnostics(event: ResponseEvent): void {
    if (input.wantsDiagnostics) addDiagnostics(event, counted());
  }

  function fail(error: CodexGlmError): void {
    // codex understands a conversation that is too long only inside a stream (0.107 to 0.169)
    const needsStream = dialect === 'codex' && error.code === 'PROVIDER_CONTEXT_LENGTH';
    if (!sink.started && !needsStream) return sink.refuse(error);
    const resumable = error instanceof ProviderError && error.retryable && !isMendable(error, givenAway);
    const ending = reduceFailure(state, toResponseError(error, dialect, resumable));
    for (const event of ending) tellDiagnostics(event);
    void emit(ending);
    sink.end();
  }

  function report(level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void {
    log({
      level,
      message,
      fields: { request: input.requestId, response: response.id, model: model.id, attempts, ...fields },
    });
  }

  function account(last: ResponseEvent | undefined, counts: Record<string, number>, error?: CodexGlmError): void {
    const ended = last && 'response' in last ? last.response : undefined;
    context.observer?.ended(response.id, ended);
    context.onResponse?.({
      status: ended?.status === 'completed' || ended?.status === 'incomplete' ? ended.status : 'failed',
      model: model.id,
      servedModel,
      usage: ended?.usage ?? undefined,
      diagnostics: counts,
      durationMs: Date.now() - startedAtMs,
      turnId: request.client_metadata?.['turn_id'],
      threadId: personsThread(request),
      ...(error && { error }),
    });
  }

  try {
    await attemptUntilAnswered();
    const ending = reduceEnd(state);
    const counts = counted();
    for (const event of ending) tellDiagnostics(event);
    await emit(ending);
    sink.end();
    report('info', ending.at(-1)?.type ?? 'response.failed', {
      durationMs: Date.now() - startedAtMs,
      diagnostics: counts,
    });
    account(ending.at(-1), counts);
  } catch (thrown) {
    const reason: unknown = signal.aborted ? signal.reason : thrown;
    if (signal.aborted && !(reason instanceof CodexGlmError)) {
      context.observer?.ended(response.id, undefined);
      return report('info', 'client gone', {});
    }
    const error = withModelNames(toCodexGlmError(reason), provider, model.id);
    const counts = counted();
    report('error', 'response failed', { ...failureFields(error), diagnostics: counts });
    account(undefined, counts, error);
    fail(error);
  } finally {
    clearTimeout(openTimer);
  }
}

/** May another attempt replace this one without the client seeing a difference? An empty answer can go on as itself. */
function isMendable(error: unknown, givenAway: boolean): error is ProviderError {
  return error instanceof ProviderError && (!givenAway || error.code === 'PROVIDER_EMPTY_ANSWER');
}

function isCut(error: unknown): boolean {
  return error instanceof ProviderError && error.code === 'PROVIDER_STREAM_CUT';
}

function failureFields(error: CodexGlmError): Record<string, unknown> {
  const { code, cause } = error;
  if (!(error instanceof ProviderError)) return code === 'INTERNAL' ? { code, cause } : { code };
  const { status, providerCode, requestId } = error;
  return { code, status, providerCode, requestId, network: networkCode(cause) };
}

/** The model that was asked for, or the one that takes its turns with images. */
function modelFor(request: ResponsesRequest, provider: ProviderDescription, aliases?: ModelAliases): ModelDescription {
  const model = findModel(provider, resolveModelName(request.model, provider, aliases));
  const { imagesVia } = model;
  return imagesVia !== undefined && hasFreshImage(request.input) ? findModel(provider, imagesVia) : model;
}

/** One more turn that asks for the same answer in the right form. */
function askAgain({ text, problem }: { text: string; problem: string }): ChatMessage[] {
  const complaint = `That is not valid (${problem}). Answer again with the JSON value alone.`;
  return [
    { role: 'assistant', content: text },
    { role: 'user', content: complaint },
  ];
}

/** As `code:count` pairs: a value of `metadata` is a short string. */
function addDiagnostics(event: ResponseEvent, counts: Record<string, number>): void {
  if (!('response' in event)) return;
  const pairs = Object.entries(counts).map(([code, count]) => `${code}:${count}`);
  event.response.metadata = { ...event.response.metadata, codex_glm_diagnostics: pairs.join(',') };
}

function countByCode(diagnostics: readonly Diagnostic[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of diagnostics) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

function personsThread({ client_metadata: metadata }: ResponsesRequest): string | undefined {
  return metadata?.['x-codex-parent-thread-id'] === undefined ? metadata?.['thread_id'] : undefined;
}
