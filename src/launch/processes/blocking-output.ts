import type { WriteStream } from 'node:tty';

/** The part of a stream's handle that switches O_NONBLOCK off; node has no public word for it. */
interface Handle {
  setBlocking?(blocking: boolean): void;
}

/**
 * Keeps standard output and standard error blocking pipes. They are shared with codex, and node, when it opens its own
 * stream on one of them, makes it non-blocking for everybody: codex then dies in the middle of a long output ("Resource
 * temporarily unavailable", status 101) as soon as the reader is slow. Merely loading `node:assert`, as undici does, opens
 * `process.stderr` (seen with node 20).
 */
export function keepOutputBlocking(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(process, name);
    if (!descriptor?.get) continue;
    const open = descriptor.get;
    Object.defineProperty(process, name, {
      ...descriptor,
      get(): WriteStream {
        // what node's own getter returns; `_handle` is absent for a file
        const stream = open.call(process) as WriteStream & { _handle?: Handle };
        stream._handle?.setBlocking?.(true);
        return stream;
      },
    });
  }
}
