import { setTimeout as delay } from 'node:timers/promises';
import { processesOf, type RunningProcess } from './processes.ts';
import { runLauncher, type LauncherRun } from './run-launcher.ts';
import { startStrictProvider, type StrictProvider } from './strict-provider.ts';
import type { TestPlace } from './test-place.ts';

export interface SlowCommandProvider extends StrictProvider {
  /** Command lines of the processes that its command starts. */
  sleeps: string[];
}

/** A provider whose first answer is a shell command that does not end by itself. */
export async function slowCommandProvider(cmd = 'sleep 300'): Promise<SlowCommandProvider> {
  const provider = await startStrictProvider((_request, index) =>
    index === 0 ? { calls: [{ name: 'exec_command', arguments: { cmd } }] } : { text: 'Done.' },
  );
  return { ...provider, sleeps: cmd.match(/sleep \d+/g) ?? [] };
}

/** Runs `exec` with it, and acts as soon as all of its command runs. */
export function runUntilCommand(
  place: TestPlace,
  { baseUrl, sleeps }: SlowCommandProvider,
  flags: readonly string[],
  act: (send: (signal: NodeJS.Signals) => void) => void,
): Promise<LauncherRun> {
  let isWaiting = false;
  const over = new AbortController();
  const runsAll = async () => {
    const commands = (await processesOf(place)).map(({ command }) => command);
    return sleeps.every((sleep) => commands.includes(sleep));
  };
  const actWhenRunning = async (send: (signal: NodeJS.Signals) => void) => {
    // codex says "in_progress" before it has started the command
    while (!over.signal.aborted && !(await runsAll())) await delay(20);
    if (!over.signal.aborted) act(send);
  };
  const args = ['--provider', 'zai', '--base-url', baseUrl, 'exec', '--json', ...flags, 'sleep for me'];
  return runLauncher(place, args, {
    environment: { ZAI_API_KEY: 'test-key' },
    deadlineMs: 60_000,
    onOutput: (text, send) => {
      if (isWaiting || !text.includes('"in_progress"')) return;
      isWaiting = true;
      void actWhenRunning(send);
    },
  }).finally(() => over.abort());
}

/** The codex processes among those of a test. */
export async function codexOf(place: TestPlace): Promise<RunningProcess[]> {
  return (await processesOf(place)).filter(({ command }) => command.includes('model_providers.codex-glm.base_url'));
}
