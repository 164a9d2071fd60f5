import { CodexGlmError, RequestError } from '../../errors/errors.ts';
import type {
  AppServerModel,
  ThreadListParams,
  ThreadResumeParams,
  ThreadStartParams,
  ThreadSummary,
  Turn,
  TurnNotification,
  TurnStartParams,
} from '../../protocol/app-server.ts';
import type { Log } from '../../proxy/log.ts';
import { AppServerError, type AppServerClient, type AppServerCommand } from './app-server-client.ts';
import { answerServerRequest } from './approvals.ts';
import { superviseAppServer } from './supervisor.ts';

export interface EngineOptions {
  command: AppServerCommand;
  /** Commands that are accepted when codex asks, letter for letter; see `answerServerRequest`. */
  approvalRules: readonly string[];
  log: Log;
  /** Ends shell commands that a codex which died has left running. */
  cleanUp?: () => Promise<void>;
}

export interface TurnListener {
  /** Told of the turn's notifications in order, until it has ended. */
  onNotification(notification: TurnNotification): void;
  /** Interrupts the turn. */
  signal: AbortSignal;
}

export interface ModelDirectory {
  models: AppServerModel[];
  /** What codex would take by itself. */
  model: string | undefined;
  /** Configured for every model; absent: the model's own default. */
  effort: string | undefined;
}

/** Threads and turns on a codex app-server that is kept running. One turn at a time for each thread: the caller's part. */
export interface Engine {
  /** The models of codex's own picker, and what its configuration says of the folder. */
  models(cwd: string): Promise<ModelDirectory>;
  startThread(params: ThreadStartParams): Promise<string>;
  /**
   * Makes a kept thread ready, also one of another process.
   * @throws RequestError 404 when codex has no such thread
   */
  resumeThread(threadId: string, settings: Omit<ThreadResumeParams, 'threadId'>): Promise<void>;
  /** The next `resumeThread` loads it anew: a thread that is loaded keeps what it was loaded with (codex 0.169). */
  unloadThread(threadId: string): Promise<void>;
  /** Newest first. */
  listThreads(params: ThreadListParams): Promise<ThreadSummary[]>;
  /** Appends raw Responses API items to what the model sees. */
  inject(threadId: string, items: unknown[]): Promise<void>;
  /**
   * Runs one turn to its end.
   * @throws CodexError CODEX_ENDED when codex died under it; the signal's reason when it was aborted before
   */
  runTurn(params: TurnStartParams, listener: TurnListener): Promise<Turn>;
  /**
   * Lets codex forget a thread that is not used for now, and ends what its commands have left running; it can be resumed
   * unless it was ephemeral.
   */
  releaseThread(threadId: string): void;
  /** The process that runs now. */
  pid(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** How long codex may take to end a turn that was interrupted before it counts as ended. */
const interruptMs = 5000;

export function startEngine({ command, approvalRules, log, cleanUp }: EngineOptions): Engine {
  /** Threads that the current process has loaded. */
  const loaded = new Set<string>();
  const running = new Map<string, RunningTurn>();

  const supervisor = superviseAppServer({
    command,
    log,
    cleanUp,
    onNotification(method, params) {
      const threadId = (params as { threadId?: string } | undefined)?.threadId;
      // codex sends many kinds; `take` picks those it knows
      if (threadId !== undefined) running.get(threadId)?.take({ method, params } as TurnNotification);
    },
    onRequest: (request) => answerServerRequest(request, approvalRules),
    onEnded() {
      loaded.clear();
      for (const turn of running.values()) turn.fail(codexEnded());
    },
  });

  async function startTurn(client: AppServerClient, params: TurnStartParams, listener: TurnListener): Promise<Turn> {
    const turn = createRunningTurn(client, params.threadId, listener);
    running.set(params.threadId, turn);
    try {
      await Promise.race([client.request('turn/start', params), turn.ended]);
      const ended = await turn.ended;
      // a command that began in that very moment outlives the interruption (codex 0.169)
      if (ended.status === 'interrupted') await endCommands(client, params.threadId);
      return ended;
    } finally {
      turn.dispose();
      running.delete(params.threadId);
    }
  }

  return {
    async models(cwd) {
      const client = await supervisor.client();
      const models: AppServerModel[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await client.request('model/list', cursor === undefined ? {} : { cursor });
        models.push(...page.data);
        cursor = page.nextCursor;
      }
      const { config } = await client.request('config/read', { cwd });
      return {
        models: models.filter((model) => !model.hidden),
        model: config.model ?? models.find((model) => model.isDefault)?.model,
        effort: config.model_reasoning_effort ?? undefined,
      };
    },
    async startThread(params) {
      const client = await supervisor.client();
      const { thread } = await client.request('thread/start', params);
      loaded.add(thread.id);
      return thread.id;
    },
    async resumeThread(threadId, settings) {
      const client = await supervisor.client();
      if (loaded.has(threadId)) return;
      try {
        await client.request('thread/resume', { ...settings, threadId, excludeTurns: true });
      } catch (error) {
        if (error instanceof AppServerError) throw noThread(threadId, error);
        throw error;
      }
      loaded.add(threadId);
    },
    async unloadThread(threadId) {
      if (!loaded.delete(threadId)) return;
      const client = await supervisor.client();
      await client.request('thread/unsubscribe', { threadId });
    },
    async listThreads(params) {
      const client = await supervisor.client();
      return (await client.request('thread/list', params)).data;
    },
    async inject(threadId, items) {
      const client = await supervisor.client();
      await client.request('thread/inject_items', { threadId, items });
    },
    async runTurn(params, listener) {
      listener.signal.throwIfAborted();
      return startTurn(await supervisor.client(), params, listener);
    },
    releaseThread(threadId) {
      if (!loaded.delete(threadId)) return;
      supervisor
        .client()
        .then(async (client) => {
          await endCommands(client, threadId);
          await client.request('thread/unsubscribe', { threadId });
        })
        .catch(() => {});
    },
    pid: async () => (await supervisor.client()).pid,
    close: () => supervisor.close(),
  };
}

/** Shell commands that go on in the background of a thread. Versions of codex without this request keep them. */
async function endCommands(client: AppServerClient, threadId: string): Promise<void> {
  await client.request('thread/backgroundTerminals/clean', { threadId }).catch(() => {});
}

interface RunningTurn {
  ended: Promise<Turn>;
  take(notification: TurnNotification): void;
  fail(error: Error): void;
  dispose(): void;
}

function createRunningTurn(client: AppServerClient, threadId: string, listener: TurnListener): RunningTurn {
  const { onNotification, signal } = listener;
  let turnId: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let settle!: { resolve: (turn: Turn) => void; reject: (error: Error) => void };
  const ended = new Promise<Turn>((resolve, reject) => {
    settle = { resolve, reject };
  });
  ended.catch(() => {});

  function interrupt(): void {
    // before the turn has begun there is nothing to interrupt; `take` comes back here when it has
    if (turnId === undefined || timer) return;
    const id = turnId;
    timer = setTimeout(() => settle.resolve({ id, status: 'interrupted', error: null }), interruptMs);
    // refused: the turn has just ended by itself
    client.request('turn/interrupt', { threadId, turnId: id }).catch(() => {});
  }
  signal.addEventListener('abort', interrupt);

  return {
    ended,
    take(notification) {
      const { method, params } = notification;
      if (method === 'turn/started') {
        turnId ??= params.turn.id;
        if (signal.aborted) interrupt();
        return;
      }
      // a notification that is late belongs to an earlier turn
      if (turnId === undefined || ('turn' in params ? params.turn.id : params.turnId) !== turnId) return;
      if (method === 'turn/completed') settle.resolve(params.turn);
      else if (!signal.aborted) onNotification(notification);
    },
    fail: (error) => settle.reject(error),
    dispose() {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
    },
  };
}

function noThread(threadId: string, cause: AppServerError): RequestError {
  return new RequestError('NOT_FOUND', 404, `codex has no thread ${threadId} any more: ${cause.words}`, {
    hint: 'Reset the session to begin a new one.',
    cause,
  });
}

/** The turn may have changed files already: it is not repeated by itself. */
function codexEnded(): CodexGlmError {
  return new CodexGlmError('CODEX_ENDED', 'codex ended in the middle of this turn.', {
    hint: 'It is running again and the session is kept: send the message once more.',
  });
}
