/** How this process ends when something goes wrong that no command waits for. */
import { writeSync } from 'node:fs';
import { constants } from 'node:os';

/** An error as text for stderr, and the exit status that goes with it. */
export type Describe = (error: unknown) => { text: string; status: number };

/** Longer than codex takes to obey the signals it is sent, and than a proxy lets answers under way go on. */
const orderlyEndMs = 40_000;

/**
 * From now on: an error that nobody catches is told in our words, and never as node prints it; a standard output whose
 * reader has gone ends the process as SIGPIPE ends others, silently; a standard error that cannot be written is done
 * without, as servers log there. Whatever runs is ended as by SIGTERM: codex, its commands, the terminal, streams of clients.
 * For the process of the command line only.
 */
export function watchForUnexpectedEnds(describe: Describe, outputFailed: (cause: Error) => Error): void {
  const end = endOnce();
  process.on('uncaughtException', (error) => end(describe(error)));
  onOutputError('stderr', () => {});
  onOutputError('stdout', (cause) => {
    if (cause.code === 'EPIPE') end({ text: '', status: 128 + constants.signals.SIGPIPE });
    else end(describe(outputFailed(cause)));
  });
}

/** Only the first cause counts: the others follow from it. */
function endOnce(): (how: { text: string; status: number }) => void {
  let isEnding = false;
  return ({ text, status }) => {
    if (isEnding) return;
    isEnding = true;
    // last of all: a TUI would take the words away with its screen
    process.once('exit', () => {
      process.exitCode = status;
      try {
        writeSync(2, text);
      } catch {
        // nobody reads it
      }
    });
    if (process.listenerCount('SIGTERM') === 0) process.exit(status);
    setTimeout(() => process.exit(status), orderlyEndMs).unref();
    process.emit('SIGTERM', 'SIGTERM');
  };
}

/** Does not open the stream: that takes time, and changes what codex inherits. */
function onOutputError(name: 'stdout' | 'stderr', tell: (cause: NodeJS.ErrnoException) => void): void {
  const descriptor = Object.getOwnPropertyDescriptor(process, name);
  if (!descriptor?.get) return;
  const open = descriptor.get;
  let stream: NodeJS.WriteStream | undefined;
  Object.defineProperty(process, name, {
    ...descriptor,
    get: () => (stream ??= (open.call(process) as NodeJS.WriteStream).on('error', tell)),
  });
}
