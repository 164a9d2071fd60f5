import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { CodexError } from '../errors/errors.ts';
import { keepOutputBlocking } from './processes/blocking-output.ts';
import { endProcesses, endTreeOnWindows } from './processes/end-processes.ts';
import { descendantsOf, listProcesses, readProcess, type ProcessEntry } from './processes/process-table.ts';
import { marked } from './run-mark.ts';
import { isInForeground, saveTerminal } from './processes/terminal.ts';

export interface RunCodexInput {
  executable: string;
  arguments: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** `codex exec` ends its turn and its shell commands on SIGINT; SIGTERM would orphan them (codex 0.169). */
  endsOnInterrupt: boolean;
  /** Give codex an empty standard input in place of ours. */
  closeStdin?: boolean;
  /** The mark in `environment`, by which codex's shell commands are found when codex is gone. */
  mark?: string;
  /** Told codex's pid as soon as it runs; undefined when it could not be started. */
  onSpawn?: (pid: number | undefined) => void;
  /** Ends codex as SIGTERM to this process would. */
  giveUp?: AbortSignal;
  /** How long codex may take to react to each signal before the next, stronger one. */
  patienceMs?: number;
}

const takenSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Starts codex on our own stdin, stdout and stderr and, until it has ended, takes the signals of this process. Ctrl-C goes
 * from the terminal to codex itself; without one, SIGINT is passed on. A request to end is passed on the way that codex
 * ends cleanly. When a signal ended codex, its shell commands are ended too and the terminal is put in order.
 * @returns codex's exit status, or 128 + the number of the signal that ended it or was sent to this process
 * @throws CodexError CODEX_NOT_STARTED
 */
export async function runCodex(input: RunCodexInput): Promise<number> {
  keepOutputBlocking();
  // Only a TUI changes the terminal.
  const restoreTerminal = input.endsOnInterrupt ? undefined : saveTerminal();
  let onSignal: ((signal: NodeJS.Signals) => void) | undefined;
  const handlers = takenSignals.map((signal) => [signal, () => onSignal?.(signal)] as const);
  // Before codex exists: a signal in between would end this process alone.
  for (const [signal, handler] of handlers) process.on(signal, handler);
  try {
    const child = start(input);
    input.onSpawn?.(child.pid);
    const ending = endGracefully(child, input);
    input.giveUp?.addEventListener('abort', () => ending.begin('SIGTERM'));
    onSignal = (signal) => {
      if (signal !== 'SIGINT') ending.begin(signal);
      else if (!isInForeground()) interrupt(child, ending, input);
    };
    const [code, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', (cause) => reject(notStarted(input.executable, cause)));
      child.once('exit', (...how) => resolve(how));
    });
    const signal = ending.signal ?? killedBy;
    if (!signal) return code ?? 1;
    restoreTerminal?.();
    const left = () => [...ending.left(), ...(input.mark === undefined ? [] : marked(input.mark))];
    await endProcesses(left, ending.hurry);
    // An interrupted codex tells by itself how its turn ended.
    return signal === 'SIGINT' && code !== null ? code : 128 + constants.signals[signal];
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
    overhearInterrupts();
  }
}

/**
 * Who presses Ctrl-C twice to leave codex means codex, which may have ended at the first: the second must not cost the status
 * and the account of the session, for which some 40 ms are needed.
 */
function overhearInterrupts(): void {
  if (overhearing) return void overhearing.refresh();
  process.on('SIGINT', doNothing);
  overhearing = setTimeout(() => {
    process.off('SIGINT', doNothing);
    overhearing = undefined;
  }, 1_000).unref();
}

let overhearing: NodeJS.Timeout | undefined;

function doNothing(): void {}

function start({ executable, arguments: args, environment, closeStdin }: RunCodexInput): ChildProcess {
  try {
    return spawn(executable, args, {
      stdio: [closeStdin === true ? 'ignore' : 'inherit', 'inherit', 'inherit'],
      env: environment,
    });
  } catch (error) {
    // Most causes come as an event instead.
    throw notStarted(executable, error as NodeJS.ErrnoException);
  }
}

/**
 * For a SIGINT that did not come from a terminal. codex 0.169 overhears an interrupt that comes before its turn, and all
 * later ones; somebody wants the end of `exec`, so stronger signals follow.
 */
function interrupt(child: ChildProcess, ending: Ending, { endsOnInterrupt }: RunCodexInput): void {
  if (endsOnInterrupt) ending.begin('SIGINT');
  else child.kill('SIGINT');
}

interface Ending {
  /** The signal that this process received first. */
  signal: NodeJS.Signals | undefined;
  /** A second call hurries: the next, stronger signal at once. */
  begin(received: NodeJS.Signals): void;
  /** Aborted by a call that comes when codex has ended and only what it left is waited for. */
  hurry: AbortSignal;
  /** Those of codex's descendants that still run. */
  left(): ProcessEntry[];
}

function endGracefully(child: ChildProcess, { endsOnInterrupt, patienceMs = 3_000 }: RunCodexInput): Ending {
  const steps: NodeJS.Signals[] = [...(endsOnInterrupt ? (['SIGINT'] as const) : []), 'SIGTERM', 'SIGKILL'];
  const descendants = new Map<number, ProcessEntry>();
  const hurry = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const next = () => {
    clearTimeout(timer);
    if (child.exitCode !== null || child.signalCode !== null) return hurry.abort();
    const step = steps.shift();
    if (!step || child.pid === undefined) return;
    // Looked for before codex dies: afterwards nobody is their parent.
    for (const entry of descendantsOf(child.pid, listProcesses())) descendants.set(entry.pid, entry);
    if (process.platform !== 'win32' || !endTreeOnWindows(child.pid)) child.kill(step);
    timer = setTimeout(next, patienceMs);
  };
  child.once('exit', () => clearTimeout(timer));
  return {
    signal: undefined,
    hurry: hurry.signal,
    begin(received) {
      this.signal ??= received;
      next();
    },
    left: () => [...descendants.values()].filter(stillRuns),
  };
}

function stillRuns(entry: ProcessEntry): boolean {
  if (process.platform === 'linux') return readProcess(entry.pid)?.startTime === entry.startTime;
  return listProcesses().some(({ pid }) => pid === entry.pid);
}

function notStarted(executable: string, cause: NodeJS.ErrnoException): CodexError {
  // Linux, macOS; Windows
  const isTooLong = cause.code === 'E2BIG' || cause.code === 'ENAMETOOLONG';
  return new CodexError('CODEX_NOT_STARTED', `${executable} could not be started: ${cause.message}`, {
    hint: isTooLong
      ? 'The arguments are longer than this system lets them be. Give a long prompt on standard input: codex-glm exec - < FILE'
      : 'Try it alone with --version; install codex anew if that fails too: npm install -g @openai/codex',
    cause,
  });
}
