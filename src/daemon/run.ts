import { randomUUID } from 'node:crypto';
import { openOnPort } from './choose-port.ts';
import { daemonPaths } from './daemon-paths.ts';
import { createLogFile } from './log-file.ts';
import { openStandalone } from './open-standalone.ts';
import { ownStartTime } from './find-running.ts';
import { removeState, writeState, type ProxyState } from './state-file.ts';
import type { StandaloneSettings } from './standalone-settings.ts';
import { startupText } from './startup-text.ts';

export interface RunOptions {
  standalone: StandaloneSettings;
  environment: NodeJS.ProcessEnv;
  /** Print one line of JSON for a program, ask clients for a token, and leave no traces in files. */
  json: boolean;
  /** The log goes there; absent: to standard error. */
  logFile: string | undefined;
  /** Every exchange is added to it, contents too. */
  captureFile: string | undefined;
  /** Of `codex-glm`, as this process was given them. */
  arguments: readonly string[];
}

/** Handed to a proxy by the one who started it in the background. */
export const nonceVariable = 'CODEX_GLM_PROXY_NONCE';

/** How long answers under way may take after SIGTERM. */
export const drainMs = 30_000;

/**
 * Runs a proxy in this process until SIGTERM, SIGINT or SIGHUP; answers under way are finished first, at a second signal
 * they are not.
 * @returns the exit status
 * @throws UsageError: see openStandalone
 */
export async function runProxy(options: RunOptions): Promise<number> {
  const { standalone, environment, json, logFile, captureFile } = options;
  const { folder } = daemonPaths(standalone.paths.dataFolder);
  const nonce = environment[nonceVariable] || randomUUID();
  const stopped = nextSignal();
  const writeLog =
    logFile === undefined ? (line: string) => void process.stderr.write(`${line}\n`) : createLogFile(logFile);
  const common = { standalone, withToken: json, environment, writeLog, instanceId: nonce, captureFile };
  const proxy = await openOnPort(standalone, (port) => openStandalone({ ...common, port }));
  const { url, port, token } = proxy;
  const state: ProxyState = {
    pid: process.pid,
    nonce,
    port,
    url,
    startedAt: new Date().toISOString(),
    startTime: ownStartTime(),
    ...(environment[nonceVariable] && { arguments: [...options.arguments] }),
  };
  if (json) {
    process.stdout.write(`${JSON.stringify({ url, token, pid: process.pid })}\n`);
  } else {
    writeState(folder, state);
    process.stdout.write(await startupText(state, standalone));
  }
  await stopped;
  const second = nextSignal();
  // who asks twice does not want to wait, not even for what is still open
  await Promise.race([proxy.close(drainMs), second.then(() => process.exit(1))]);
  // last of all: `proxy stop` waits for it
  if (!json) removeState(folder, state);
  return 0;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      for (const signal of signals) process.off(signal, settle);
      resolve();
    };
    for (const signal of signals) process.on(signal, settle);
  });
}
