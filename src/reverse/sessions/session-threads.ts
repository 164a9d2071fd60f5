import { RequestError } from '../../errors/errors.ts';
import type { TurnMessage } from '../../translate/reverse/messages.ts';
import { latestTurn, wholeConversation, type ThreadContent } from '../../translate/reverse/to-turn.ts';
import type { Engine } from '../engine/engine.ts';
import type { ServeSettings } from '../settings/serve-settings.ts';
import { hashInstructions, type SessionStore } from './session-store.ts';
import { threadSettings } from '../settings/thread-settings.ts';

/** A thread that is ready for a turn, and what the turn begins with. */
export interface ReadyThread extends Pick<ThreadContent, 'history' | 'input'> {
  threadId: string;
  /** To be called when codex has the history. */
  remember?: () => Promise<void>;
}

/** Threads that stay loaded in codex; one more, and the one that was used least recently is released. */
const loadedThreads = 64;

export interface SessionThreadsInput {
  engine: Engine;
  sessions: SessionStore;
  settings: ServeSettings;
}

/** Keeps the thread of each session; the caller sees to it that a session has one turn at a time. */
export function createSessionThreads({ engine, sessions, settings: serve }: SessionThreadsInput) {
  const settings = threadSettings(serve);
  // of as many as this the oldest cannot have a turn
  const maxLoaded = Math.max(loadedThreads, serve.maxTurns);
  /** Least recently used first. */
  const recent = new Set<string>();

  function markUsed(threadId: string): void {
    recent.delete(threadId);
    recent.add(threadId);
    const [oldest] = recent;
    if (recent.size <= maxLoaded || oldest === undefined) return;
    recent.delete(oldest);
    engine.releaseThread(oldest);
  }

  async function begin(sessionId: string, content: ThreadContent): Promise<ReadyThread> {
    const { instructions } = content;
    const threadId = await engine.startThread({
      ...settings,
      ...(instructions !== undefined && { developerInstructions: instructions }),
    });
    await sessions.save(sessionId, { threadId, instructionsHash: hashInstructions(instructions) });
    markUsed(threadId);
    return { ...content, threadId };
  }

  return {
    /** The thread of a session, begun if there is none: it gets the system text and the latest user message. */
    async open(sessionId: string, messages: readonly TurnMessage[]): Promise<ReadyThread> {
      const known = sessions.find(sessionId);
      const content = latestTurn(messages);
      if (!known) return begin(sessionId, content);
      const { threadId } = known;
      const { instructions } = content;
      const instructionsHash = instructions === undefined ? known.instructionsHash : hashInstructions(instructions);
      const isNews = instructionsHash !== known.instructionsHash;
      try {
        // codex says a thread's instructions again when it has compacted the conversation: it must know the latest
        if (isNews) await engine.unloadThread(threadId);
        await engine.resumeThread(threadId, {
          ...settings,
          ...(instructions !== undefined && { developerInstructions: instructions }),
        });
      } catch (error) {
        // codex has lost it, by a kill before its first turn or by the user's hand: what the client knows is all there is
        if (error instanceof RequestError && error.status === 404) return begin(sessionId, wholeConversation(messages));
        throw error;
      }
      markUsed(threadId);
      const news: TurnMessage[] = isNews ? messages.filter(({ role }) => role === 'system') : [];
      const remember = () => sessions.save(sessionId, { threadId, instructionsHash });
      return { threadId, history: news, input: content.input, remember };
    },
  };
}
