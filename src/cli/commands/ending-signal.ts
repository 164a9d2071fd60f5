import { constants } from 'node:os';

/** The signal that asks a command of ours to end; a second one ends it at once, as without us. */
export interface EndingSignal {
  /** Resolves with the exit status: 128 + the signal's number, 0 for Ctrl-C. */
  received: Promise<number>;
  stop(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function endingSignal(): EndingSignal {
  let stop!: () => void;
  const received = new Promise<number>((resolve) => {
    const handlers = signals.map((signal) => {
      const handler = () => {
        stop();
        resolve(signal === 'SIGINT' ? 0 : 128 + constants.signals[signal]);
      };
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    stop = () => {
      for (const off of handlers) off();
    };
  });
  return { received, stop };
}
