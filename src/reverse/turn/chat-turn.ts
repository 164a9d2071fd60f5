import { CodexGlmError, ProviderError, RequestError } from '../../errors/errors.ts';
import { toCodexGlmError } from '../../errors/present.ts';
import type { Turn } from '../../protocol/app-server.ts';
import { answerCheckFor } from '../../proxy/exchange/answer-check.ts';
import type { ChatTurnRequest } from '../../translate/reverse/chat-body.ts';
import { toCompletionUsage } from '../../translate/reverse/completion.ts';
import type { OutputFormat } from '../../translate/reverse/output-format.ts';
import { reduceNotification, startTurnStream, turnUsage } from '../../translate/reverse/reduce-notification.ts';
import { historyItems, toUserInput, wholeConversation } from '../../translate/reverse/to-turn.ts';
import { cutShort, turnFailure } from '../../translate/reverse/turn-failure.ts';
import { AppServerError } from '../engine/app-server-client.ts';
import type { CompletionSink } from './completion-sink.ts';
import type { Engine, ModelDirectory } from '../engine/engine.ts';
import { createImageRoom } from '../images/image-room.ts';
import { resolveImages } from '../images/images.ts';
import { chooseModel } from './model-choice.ts';
import type { ServeSettings } from '../settings/serve-settings.ts';
import type { createSessionThreads, ReadyThread } from '../sessions/session-threads.ts';
import { threadSettings, turnOverrides } from '../settings/thread-settings.ts';

export interface ChatTurnContext {
  engine: Engine;
  threads: ReturnType<typeof createSessionThreads>;
  settings: ServeSettings;
  /** What a model's name stands for that codex does not list. */
  resolveModelName: (name: string) => string;
  /** The provider's own error of a failed turn, where it is known: codex is told less. */
  failureOf: (turnId: string) => CodexGlmError | undefined;
}

export interface ChatTurnInput {
  request: ChatTurnRequest;
  sessionId: string | undefined;
  /** Called when the model is known. */
  openSink: (model: string) => CompletionSink;
  signal: AbortSignal;
}

/**
 * Runs one chat request as a turn of codex. The sink gets exactly one `end` or `fail`, unless this throws: then nothing
 * was sent.
 */
export async function runChatTurn(input: ChatTurnInput, context: ChatTurnContext): Promise<void> {
  const { request, sessionId, signal } = input;
  const { engine, settings } = context;
  const { model, effort } = chooseModel(request, await modelsOf(context), settings, context.resolveModelName);
  const overrides = turnOverrides(request.overrides, settings);
  const check = await checkFor(request.output);
  const thread = await openThread(input, context);
  const sink = input.openSink(model ?? 'codex');
  const stream = startTurnStream({
    reasoning: settings.reasoning,
    progress: settings.progress ?? 'off',
    lastMessageOnly: check !== undefined,
  });
  try {
    const images = { room: createImageRoom(settings.maxImageBytes), folders: settings.imageFolders };
    const history = await Promise.all(
      thread.history.map(async (message) => ({
        ...message,
        parts: await resolveImages(message.parts, images, signal),
      })),
    );
    const parts = await resolveImages(thread.input, images, signal);
    if (history.length > 0) await engine.inject(thread.threadId, historyItems(history));
    await thread.remember?.();
    const turn = await engine.runTurn(
      {
        threadId: thread.threadId,
        input: toUserInput(parts),
        ...overrides,
        ...(model !== undefined && { model }),
        ...(effort !== undefined && { effort }),
        ...(request.output && { outputSchema: request.output.schema }),
      },
      { signal, onNotification: (notification) => sink.write(reduceNotification(stream, notification)) },
    );
    const cut = turn.status === 'failed' ? cutShort(turn.error) : undefined;
    // a filtered answer of which nothing came is told in words
    const isEnd = turn.status === 'completed' || cut === 'length' || (cut !== undefined && stream.hasContent);
    if (!isEnd) return sink.fail(failureOf(turn, signal, context));
    if (check) {
      const answer = cut === undefined ? check(stream.lastMessage) : { text: stream.lastMessage };
      if ('problem' in answer) return sink.fail(notValid(answer.problem));
      sink.write([{ delta: { content: answer.text } }]);
    }
    sink.end(toCompletionUsage(turnUsage(stream)), cut ?? 'stop');
  } catch (error) {
    if (signal.aborted && !(signal.reason instanceof CodexGlmError)) return;
    sink.fail(asKnown(error));
  } finally {
    if (sessionId === undefined) engine.releaseThread(thread.threadId);
  }
}

/** codex may have been killed since the last request: it is asked once more before any turn has begun. */
async function modelsOf({ engine, settings }: ChatTurnContext): Promise<ModelDirectory> {
  try {
    return await engine.models(settings.workdir);
  } catch (error) {
    if (error instanceof CodexGlmError && error.code === 'CODEX_ENDED') return engine.models(settings.workdir);
    throw error;
  }
}

async function openThread(
  { request: { messages }, sessionId }: ChatTurnInput,
  { engine, threads, settings }: ChatTurnContext,
): Promise<ReadyThread> {
  if (sessionId !== undefined) return threads.open(sessionId, messages);
  const content = wholeConversation(messages);
  const { instructions } = content;
  const threadId = await engine.startThread({
    ...threadSettings(settings),
    ephemeral: true,
    ...(instructions !== undefined && { developerInstructions: instructions }),
  });
  return { ...content, threadId };
}

function checkFor(output: OutputFormat | undefined): ReturnType<typeof answerCheckFor> {
  if (output?.kind !== 'json_schema') return answerCheckFor(output && { type: 'json_object' });
  return answerCheckFor({ type: 'json_schema', name: 'output', schema: output.schema }, 'response_format');
}

function failureOf(turn: Turn, signal: AbortSignal, context: ChatTurnContext): CodexGlmError {
  if (turn.status === 'interrupted') {
    if (signal.reason instanceof CodexGlmError) return signal.reason;
    return new CodexGlmError('CODEX_ENDED', 'The turn was interrupted.', { hint: 'Send the message once more.' });
  }
  return operatorsMatter(context.failureOf(turn.id) ?? turnFailure(turn.error));
}

/** A client whose key this server has taken must not be told by a 401 that it is wrong: the provider's key is. */
function operatorsMatter(error: CodexGlmError): CodexGlmError {
  if (error.code !== 'PROVIDER_AUTH') return error;
  return new ProviderError('PROVIDER_FAILED', error.message, { hint: error.hint, status: 502, cause: error });
}

function notValid(problem: string): ProviderError {
  return new ProviderError('PROVIDER_NOT_JSON', `The model's answer does not fit response_format: ${problem}.`, {
    hint: 'Ask again, or make the schema simpler.',
  });
}

/** What codex refuses, with its own words; a bug of ours stays one. */
function asKnown(error: unknown): CodexGlmError {
  if (!(error instanceof AppServerError)) return toCodexGlmError(error);
  return new RequestError('BAD_REQUEST', 400, `codex refused the request: ${error.words}`, { cause: error });
}
