import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot, type TestPlace } from './test-place.ts';

/** The built command, as a user runs it. */
export const launcherPath = join(repositoryRoot, 'bin/codex-glm.js');

export interface LauncherRun {
  /** Exit status; null when a signal ended it. */
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface LauncherOptions {
  /** Added to the place's clean environment. */
  environment?: Record<string, string>;
  /** Standard input; it is closed after that. */
  input?: string;
  /** Default 45 s; then the launcher is killed and the run fails. */
  deadlineMs?: number;
  /** Told of each piece of standard output and error, in the order of arrival. */
  onOutput?: (text: string, send: (signal: NodeJS.Signals) => void) => void;
}

/** Runs `codex-glm ...args` in the place's working folder until it ends. */
export function runLauncher(
  place: TestPlace,
  args: readonly string[],
  { environment = {}, input = '', deadlineMs = 45_000, onOutput }: LauncherOptions = {},
): Promise<LauncherRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [launcherPath, ...args], {
      cwd: place.workFolder,
      env: { ...place.environment, ...environment },
      stdio: 'pipe',
    });
    let stdout = '';
    let stderr = '';
    const send = (signal: NodeJS.Signals) => child.kill(signal);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(text, send);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      onOutput?.(text, send);
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`codex-glm ${args.join(' ')} did not end within ${deadlineMs} ms\n${stdout}\n${stderr}`));
    }, deadlineMs);
    child.once('error', reject);
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, stdout, stderr });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
