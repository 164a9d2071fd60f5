/** The time between a provider's last word (`finish_reason`) and the end of its stream: usage may come in it. */
export interface Tail extends Disposable {
  /** Aborts with the exchange, or when the tail is over. */
  readonly signal: AbortSignal;
  readonly isOver: boolean;
  /** The answer is complete; may be called again. */
  begin(): void;
}

export function createTail(exchange: AbortSignal, tailMs: number): Tail {
  const controller = new AbortController();
  // by hand: AbortSignal.any costs 30 µs
  const abort = () => controller.abort(exchange.reason);
  if (exchange.aborted) abort();
  else exchange.addEventListener('abort', abort);
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  return {
    signal: controller.signal,
    get isOver() {
      return isOver;
    },
    begin() {
      timer ??= setTimeout(() => {
        isOver = true;
        controller.abort();
      }, tailMs);
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      exchange.removeEventListener('abort', abort);
    },
  };
}
