import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodexGlmError } from '../errors/errors.ts';
import { daemonPaths } from './daemon-paths.ts';
import { findProxies, isAnswering } from './find-running.ts';
import { checkWritable } from './log-file.ts';
import { nonceVariable } from './run.ts';
import { readStates, type ProxyState } from './state-file.ts';
import type { StandaloneSettings } from './standalone-settings.ts';

export interface StartOptions {
  standalone: StandaloneSettings;
  environment: NodeJS.ProcessEnv;
  /** The program that understands `arguments`: node's own and the script. */
  command: readonly [string, ...string[]];
  /** Of `proxy run`, without the port and the log file. */
  arguments: readonly string[];
}

const startDeadlineMs = 20_000;
const pauseMs = 50;

/**
 * Starts a proxy in the background and waits until it takes requests. One that runs already, at the port asked for or at
 * any if none was, is left as it is.
 * @throws CodexGlmError if it does not come up, with the last line of its log
 */
export async function startDaemon(options: StartOptions): Promise<{ state: ProxyState; wasRunning: boolean }> {
  const { standalone, environment, command } = options;
  const { folder, logFile } = daemonPaths(standalone.paths.dataFolder);
  const wanted = standalone.isPortFixed ? standalone.settings.standalone.port : undefined;
  const isMeant = ({ port }: ProxyState) => wanted === undefined || port === wanted;
  const { answering, silent } = await findProxies(folder);
  const running = answering.find(isMeant);
  if (running) return { state: running, wasRunning: true };
  const hanging = silent.find(isMeant);
  if (hanging) {
    throw new CodexGlmError(
      'PROXY_NOT_STARTED',
      `The proxy at ${hanging.url} (process ${hanging.pid}) is there, but does not answer.`,
      { hint: `It may be giving its last answers. End it by: codex-glm proxy stop --port ${hanging.port}` },
    );
  }

  const nonce = randomUUID();
  checkWritable(logFile);
  const logStart = statSync(logFile).size;
  const output = openSync(logFile, 'a', 0o600);
  const [program, ...script] = command;
  // without a port that was asked for, the proxy itself takes one that is free: nobody can come in between
  const port = wanted === undefined ? [] : ['--port', String(wanted)];
  const child = spawn(program, [...script, ...options.arguments, ...port, '--log-file', logFile], {
    // a folder in use could not be removed or unmounted
    cwd: folder,
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...environment, [nonceVariable]: nonce },
  });
  closeSync(output);
  let exit: string | undefined;
  child.once('error', (error) => (exit = error.message));
  child.once('exit', (status, signal) => (exit = `it ended with ${signal ?? `status ${status}`}.`));

  const deadline = Date.now() + startDeadlineMs;
  for (;;) {
    const state = readStates(folder).find((each) => each.nonce === nonce);
    if (state && (await isAnswering(state))) {
      child.unref();
      return { state, wasRunning: false };
    }
    if (exit !== undefined || Date.now() > deadline) break;
    await sleep(pauseMs);
  }
  child.kill('SIGKILL');
  const { message, hint } = lastWords(logFile, logStart);
  throw new CodexGlmError(
    'PROXY_NOT_STARTED',
    `The proxy did not start: ${message ?? exit ?? 'it did not answer in time.'}`,
    { hint: `${hint ?? ''} The whole log: ${logFile}`.trimStart() },
  );
}

/** The error that it ended with, as any command of ours shows it: message, and hint with a code. */
function lastWords(logFile: string, start: number): { message?: string | undefined; hint?: string | undefined } {
  const text = readFileSync(logFile).subarray(start).toString();
  const [, message, hint] = /^codex-glm: (?!proxy:)(.*)\n?(?: {2}(.*))?/m.exec(text) ?? [];
  return { message: withoutCode(message), hint: withoutCode(hint) };
}

function withoutCode(line: string | undefined): string | undefined {
  return line?.replace(/ \[[A-Z_]+\]$/, '').slice(0, 600);
}
