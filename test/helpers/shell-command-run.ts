import { processesOf, type RunningProcess } from './processes.ts';
import { runLauncher, type LauncherRun } from './run-launcher.ts';
import { startStrictProvider, type StrictProvider } from './strict-provider.ts';
import type { TestPlace } from './test-place.ts';

/** A provider whose first answer is a shell command that does not end by itself. */
export function slowCommandProvider(cmd = 'sleep 300'): Promise<StrictProvider> {
  return startStrictProvider((_request, index) =>
    index === 0 ? { calls: [{ name: 'exec_command', arguments: { cmd } }] } : { text: 'Done.' },
  );
}

/** Runs `exec` with it, and acts as soon as codex says that the command runs. */
export function runUntilCommand(
  place: TestPlace,
  { baseUrl }: StrictProvider,
  flags: readonly string[],
  act: (send: (signal: NodeJS.Signals) => void) => void,
): Promise<LauncherRun> {
  let isRunning = false;
  const args = ['--provider', 'zai', '--base-url', baseUrl, 'exec', '--json', ...flags, 'sleep for me'];
  return runLauncher(place, args, {
    environment: { ZAI_API_KEY: 'test-key' },
    deadlineMs: 60_000,
    onOutput: (text, send) => {
      if (isRunning || !text.includes('"in_progress"')) return;
      isRunning = true;
      act(send);
    },
  });
}

/** The codex processes among those of a test. */
export async function codexOf(place: TestPlace): Promise<RunningProcess[]> {
  return (await processesOf(place)).filter(({ command }) => command.includes('model_providers.codex-glm.base_url'));
}
