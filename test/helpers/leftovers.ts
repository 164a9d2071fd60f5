import { setTimeout as sleep } from 'node:timers/promises';

/** What keeps a process busy: sockets, listeners, timers. */
const watched = /^(?:TCP|TLS|Pipe|Timeout)/;

function busyness(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) if (watched.test(name)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

export interface Leftovers {
  /** Waits until no more is there of anything than there was; throws after 5 s, naming what is left. */
  expectNone(): Promise<void>;
}

/** Notes what is busy in this process; to be called before anything is started. */
export function watchLeftovers(): Leftovers {
  const before = busyness();
  return {
    async expectNone() {
      const deadline = Date.now() + 5000;
      for (;;) {
        const left = Object.entries(busyness()).filter(([name, count]) => count > (before[name] ?? 0));
        if (left.length === 0) return;
        if (Date.now() > deadline)
          throw new Error(`left over: ${JSON.stringify(left)}, before: ${JSON.stringify(before)}`);
        await sleep(10);
      }
    },
  };
}
