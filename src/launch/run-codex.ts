import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { CodexError } from '../errors/errors.ts';

export interface RunCodexInput {
  executable: string;
  arguments: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** `codex exec` ends its turn and its shell commands on SIGINT; SIGTERM would orphan them (codex 0.169). */
  endsOnInterrupt: boolean;
  /** How long codex may take to react to each signal before the next, stronger one. */
  patienceMs?: number;
}

const endingSignals = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Starts codex on our own stdin, stdout and stderr and, until it has ended, takes the signals of this process: Ctrl-C
 * goes from the terminal to codex itself, a request to end is passed on the way that codex ends cleanly.
 * @returns codex's exit status, or 128 + the number of the signal that ended it or was sent to this process
 * @throws CodexError CODEX_NOT_STARTED
 */
export async function runCodex(input: RunCodexInput): Promise<number> {
  const child = spawn(input.executable, input.arguments, { stdio: 'inherit', env: input.environment });
  const ending = endGracefully(child, input.endsOnInterrupt, input.patienceMs ?? 5_000);
  const handlers: [NodeJS.Signals, () => void][] = [
    ['SIGINT', () => {}],
    ...endingSignals.map((signal): [NodeJS.Signals, () => void] => [signal, () => ending.begin(signal)]),
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);

  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) => reject(notStarted(input.executable, cause)));
      child.once('exit', (code, signal) => resolve(exitStatus(code, ending.signal ?? signal)));
    });
  } finally {
    ending.stop();
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}

interface Ending {
  /** The signal that this process received first. */
  signal: NodeJS.Signals | undefined;
  /** A second call hurries: the next, stronger signal at once. */
  begin(received: NodeJS.Signals): void;
  stop(): void;
}

function endGracefully(child: ChildProcess, endsOnInterrupt: boolean, patienceMs: number): Ending {
  const steps: NodeJS.Signals[] = [...(endsOnInterrupt ? (['SIGINT'] as const) : []), 'SIGTERM', 'SIGKILL'];
  let timer: NodeJS.Timeout | undefined;
  const next = () => {
    clearTimeout(timer);
    const step = steps.shift();
    if (!step) return;
    child.kill(step);
    timer = setTimeout(next, patienceMs);
  };
  return {
    signal: undefined,
    begin(received) {
      this.signal ??= received;
      next();
    },
    stop: () => clearTimeout(timer),
  };
}

function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  return signal ? 128 + constants.signals[signal] : (code ?? 1);
}

function notStarted(executable: string, cause: NodeJS.ErrnoException): CodexError {
  return new CodexError('CODEX_NOT_STARTED', `${executable} could not be started: ${cause.message}`, {
    hint: 'Try it alone with --version; install codex anew if that fails too: npm install -g @openai/codex',
    cause,
  });
}
