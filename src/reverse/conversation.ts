import type { CodexGlmError } from '../errors/errors.ts';
import type { AppServerModel, ThreadSummary } from '../protocol/app-server.ts';
import type { CompletionPart } from '../translate/reverse/completion.ts';
import { reduceNotification, startTurnStream } from '../translate/reverse/reduce-notification.ts';
import { toUserInput } from '../translate/reverse/to-turn.ts';
import { turnFailure } from '../translate/reverse/turn-failure.ts';
import type { OpenEngine } from './open-engine.ts';
import { chooseModel } from './model-choice.ts';
import type { ServeSettings } from './serve-settings.ts';
import type { SessionStore } from './session-store.ts';
import { threadSettings } from './thread-settings.ts';

/** The conversation of one folder; the last one goes on where it was left. */
export interface Conversation {
  /** Is there an earlier part of it? */
  readonly isContinued: boolean;
  /**
   * Says something and streams the answer.
   * @returns the error of a turn that failed
   */
  say(text: string, onPart: (part: CompletionPart) => void, signal: AbortSignal): Promise<CodexGlmError | undefined>;
  /** The next message begins a new thread; the old one stays and can be resumed. */
  reset(): Promise<void>;
  /** Goes on with another thread. */
  resume(threadId: string): Promise<void>;
  /** Conversations of this folder, newest first. */
  list(): Promise<ThreadSummary[]>;
  models(): Promise<AppServerModel[]>;
  /** `model` or `model:effort`, for the messages that follow. */
  useModel(name: string): void;
}

export interface ConversationInput extends Pick<OpenEngine, 'engine' | 'resolveModelName' | 'failureOf'> {
  settings: ServeSettings;
  store: SessionStore;
}

const listLength = 10;

export function openConversation(input: ConversationInput): Conversation {
  const { engine, resolveModelName, failureOf, settings, store } = input;
  const id = settings.workdir;
  const thread = threadSettings(settings);
  let threadId = store.find(id)?.threadId;
  let model: string | undefined;

  async function use(chosen: string): Promise<void> {
    threadId = chosen;
    await store.save(id, { threadId: chosen, instructionsHash: '' });
  }

  return {
    get isContinued() {
      return threadId !== undefined;
    },
    async say(text, onPart, signal) {
      if (threadId === undefined) await use(await engine.startThread(thread));
      else await engine.resumeThread(threadId, thread);
      const choice = chooseModel(
        { model, effort: undefined },
        await engine.models(settings.workdir),
        settings,
        resolveModelName,
      );
      const stream = startTurnStream({
        reasoning: settings.reasoning,
        progress: settings.progress === 'off' ? 'off' : 'text',
        lastMessageOnly: false,
      });
      const turn = await engine.runTurn(
        {
          // `use` has set it
          threadId: threadId as string,
          input: toUserInput([{ type: 'text', text }]),
          ...(choice.model !== undefined && { model: choice.model }),
          ...(choice.effort !== undefined && { effort: choice.effort }),
        },
        {
          signal,
          onNotification: (notification) => {
            for (const part of reduceNotification(stream, notification)) onPart(part);
          },
        },
      );
      return turn.status === 'failed' ? (failureOf(turn.id) ?? turnFailure(turn.error)) : undefined;
    },
    async reset() {
      threadId = undefined;
      await store.remove(id);
    },
    async resume(chosen) {
      await engine.resumeThread(chosen, thread);
      await use(chosen);
    },
    list: () => engine.listThreads({ limit: listLength, cwd: settings.workdir, sortKey: 'updated_at' }),
    models: async () => (await engine.models(settings.workdir)).models,
    useModel(name) {
      model = name;
    },
  };
}
