import { RequestError } from '../../errors/errors.ts';

export interface TurnQueue {
  /**
   * Runs `work` when no other of the same session runs any more; those without a session run at once.
   * @throws RequestError 429 when too many run or wait, 409 when the session is busy and nobody waits
   */
  run<T>(session: string | undefined, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

export interface TurnQueueOptions {
  /** Turns that run or wait, over all sessions. */
  maxTurns: number;
  whenBusy: 'wait' | 'refuse';
}

export function createTurnQueue({ maxTurns, whenBusy }: TurnQueueOptions): TurnQueue {
  let count = 0;
  /** The last turn of each session that has one. */
  const tails = new Map<string, Promise<void>>();

  async function inLine<T>(session: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = tails.get(session);
    let leave!: () => void;
    const own = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // whoever leaves the line keeps the place in it, so that the order stays
    const tail = before ? before.then(() => own) : own;
    tails.set(session, tail);
    void tail.then(() => {
      if (tails.get(session) === tail) tails.delete(session);
    });
    try {
      if (before) await orAborted(before, signal);
      return await work();
    } finally {
      leave();
    }
  }

  return {
    async run(session, signal, work) {
      if (session !== undefined && whenBusy === 'refuse' && tails.has(session)) {
        throw new RequestError('SESSION_BUSY', 409, 'The last turn of this session still runs.', {
          hint: 'Wait until it has ended, or leave its request to interrupt it.',
        });
      }
      if (count >= maxTurns) {
        throw new RequestError('TOO_MANY_TURNS', 429, `${maxTurns} turns run or wait already.`, {
          hint: 'Try again when one has ended, or raise CODEX_GLM_SERVE_MAX_TURNS.',
        });
      }
      count++;
      try {
        return session === undefined ? await work() : await inLine(session, signal, work);
      } finally {
        count--;
      }
    },
  };
}

async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  let onAbort!: () => void;
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    signal.addEventListener('abort', onAbort);
  });
  await Promise.race([promise, aborted]);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
}
