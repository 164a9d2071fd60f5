import { setTimeout as sleep } from 'node:timers/promises';

export interface LimiterOptions {
  /** Requests under way at once; more wait in line. 0: no limit. */
  maxConcurrent: number;
  /** Requests begun within any 60 s. 0: no limit. */
  requestsPerMinute: number;
  /** Told when a request has to wait. */
  onWait?: (waiting: number) => void;
  /** Milliseconds of a steady clock. */
  now?: () => number;
}

/** One provider's queue, first come first served. */
export interface Limiter {
  /** Resolves with a place that its holder disposes of. Rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<Disposable>;
}

const minuteMs = 60_000;

/**
 * GLM plans answer 429 code 1302 to more than a few requests at once (opencode issue 8618), and codex's sub-agents
 * multiply requests: waiting here costs less than being refused there.
 */
export function createLimiter(options: LimiterOptions): Limiter {
  const { maxConcurrent, requestsPerMinute, onWait, now = () => performance.now() } = options;
  const waiting: (() => void)[] = [];
  const begunAtMs: number[] = [];
  let running = 0;

  /** The place goes to who waits longest: a free one could be taken by somebody who came just now. */
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }

  async function takePlace(signal: AbortSignal): Promise<void> {
    if (maxConcurrent === 0 || running < maxConcurrent) {
      running++;
      return;
    }
    onWait?.(waiting.length + 1);
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        waiting.splice(waiting.indexOf(proceed), 1);
        reject(signal.reason as Error);
      };
      const proceed = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      waiting.push(proceed);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  async function waitForMinute(signal: AbortSignal): Promise<void> {
    if (requestsPerMinute === 0) return;
    for (let waitMs = untilFree(); waitMs > 0; waitMs = untilFree()) {
      onWait?.(1);
      await sleep(Math.ceil(waitMs), undefined, { signal });
    }
    begunAtMs.push(now());
  }

  /** How long until one more request stays within the limit. */
  function untilFree(): number {
    while (begunAtMs[0] !== undefined && now() - begunAtMs[0] >= minuteMs) begunAtMs.shift();
    return begunAtMs.length < requestsPerMinute ? 0 : minuteMs - (now() - (begunAtMs[0] ?? now()));
  }

  return {
    async enter(signal) {
      signal.throwIfAborted();
      await takePlace(signal);
      try {
        await waitForMinute(signal);
      } catch (error) {
        leave();
        throw error;
      }
      return { [Symbol.dispose]: leave };
    },
  };
}
