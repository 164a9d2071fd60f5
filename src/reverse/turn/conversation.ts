import { RequestError, type CodexGlmError } from '../../errors/errors.ts';
import { isRunning, ownMark } from '../../launch/run-mark.ts';
import type { AppServerModel, ThreadSummary } from '../../protocol/app-server.ts';
import type { CompletionPart } from '../../translate/reverse/completion.ts';
import { reduceNotification, startTurnStream } from '../../translate/reverse/reduce-notification.ts';
import { toUserInput } from '../../translate/reverse/to-turn.ts';
import { turnFailure } from '../../translate/reverse/turn-failure.ts';
import type { OpenEngine } from '../engine/open-engine.ts';
import { chooseModel } from './model-choice.ts';
import type { ServeSettings } from '../settings/serve-settings.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import { threadSettings } from '../settings/thread-settings.ts';

/** The conversation of one folder; the last one goes on where it was left. */
export interface Conversation {
  /** `in use`: another process talks in the last one, so this one is new. */
  readonly beginning: 'continued' | 'new' | 'in use';
  /**
   * Says something and streams the answer. When codex has lost the thread, a new one is begun.
   * @returns the error of a turn that failed
   */
  say(text: string, listener: TalkListener): Promise<CodexGlmError | undefined>;
  /** The next message begins a new thread; the old one stays and can be resumed. */
  reset(): Promise<void>;
  /** Goes on with another thread. */
  resume(threadId: string): Promise<void>;
  /** Conversations of this folder, newest first. */
  list(): Promise<ThreadSummary[]>;
  models(): Promise<AppServerModel[]>;
  /** `model` or `model:effort`, for the messages that follow. */
  useModel(name: string): Promise<ChosenModel>;
}

export interface ChosenModel {
  model: string | undefined;
  effort: string | undefined;
  /** Does codex know it? Others are passed on all the same. */
  isListed: boolean;
}

export interface TalkListener {
  onPart(part: CompletionPart): void;
  /** The thread was lost: codex knows nothing of what was said before. */
  onLost(): void;
  /** Interrupts the turn. */
  signal: AbortSignal;
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
  const owner = ownMark();
  const last = store.find(id);
  const isInUse = last?.owner !== undefined && last.owner !== owner && isRunning(last.owner);
  let threadId = isInUse ? undefined : last?.threadId;
  let model: string | undefined;

  async function use(chosen: string): Promise<string> {
    threadId = chosen;
    await store.save(id, { threadId: chosen, instructionsHash: '', owner });
    return chosen;
  }

  async function openThread(onLost: () => void): Promise<string> {
    if (threadId === undefined) return use(await engine.startThread(thread));
    try {
      await engine.resumeThread(threadId, thread);
    } catch (error) {
      if (!(error instanceof RequestError && error.status === 404)) throw error;
      onLost();
      return use(await engine.startThread(thread));
    }
    return use(threadId);
  }

  async function choose(name: string | undefined): Promise<ChosenModel> {
    const directory = await engine.models(settings.workdir);
    const choice = chooseModel({ model: name, effort: undefined }, directory, settings, resolveModelName);
    return { ...choice, isListed: directory.models.some((entry) => entry.model === choice.model) };
  }

  return {
    beginning: isInUse ? 'in use' : threadId === undefined ? 'new' : 'continued',
    async say(text, { onPart, onLost, signal }) {
      const spoken = await openThread(onLost);
      const choice = await choose(model);
      const stream = startTurnStream({
        reasoning: settings.reasoning,
        // there are no events in a terminal
        progress: settings.progress === 'off' ? 'off' : 'text',
        lastMessageOnly: false,
      });
      const turn = await engine.runTurn(
        {
          threadId: spoken,
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
    async useModel(name) {
      const choice = await choose(name);
      model = name;
      return choice;
    },
  };
}
