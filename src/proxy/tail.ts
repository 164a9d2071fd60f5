/** The time between a provider's last word (`finish_reason`) and the end of its stream: usage may come in it. */
export interface Tail extends Disposable {
  /** Aborts with the exchange, or when the tail is over. */
  readonly signal: AbortSignal;
  readonly isOver: boolean;
  /** The answer is complete; may be called again. */
  begin(): void;
}

export function createTail(exchange: AbortSignal, tailMs: number): Tail {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: AbortSignal.any([exchange, over.signal]),
    get isOver() {
      return over.signal.aborted;
    },
    begin() {
      timer ??= setTimeout(() => over.abort(), tailMs);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
