import { cleanKey } from '../config/clean-key.ts';
import { UsageError } from '../errors/errors.ts';

const deadlineMs = 30_000;

/**
 * Runs a command without a shell and takes the first line of what it prints for a key (`pass` keeps notes behind it). It
 * may ask on the terminal. What it prints is never shown, not even when it fails.
 * @throws UsageError KEY_COMMAND_FAILED
 */
export async function runKeyCommand(
  command: string,
  environment: NodeJS.ProcessEnv,
  timeoutMs = deadlineMs,
): Promise<string> {
  const { execa, parseCommandString } = await import('execa');
  const [program = '', ...args] = parseCommandString(command);
  const result = await execa(program, args, {
    env: environment,
    extendEnv: false,
    stdin: 'inherit',
    timeout: timeoutMs,
    forceKillAfterDelay: 1000,
    maxBuffer: 64 * 1024,
    reject: false,
  });
  const key = cleanKey(result.stdout?.split(/\r?\n/)[0] ?? '');
  if (!result.failed && key !== '') return key;
  throw new UsageError(
    'KEY_COMMAND_FAILED',
    `The command for the API key ("${program} …") ${whatHappened(result, timeoutMs)}.`,
    {
      hint: 'Run it yourself to see why; it is key_command in config.toml.',
    },
  );
}

interface Outcome {
  failed: boolean;
  timedOut: boolean;
  isMaxBuffer: boolean;
  exitCode?: number | undefined;
  signal?: string | undefined;
  code?: string | undefined;
}

function whatHappened(result: Outcome, timeoutMs: number): string {
  if (!result.failed) return 'printed nothing';
  if (result.timedOut) return `did not end within ${timeoutMs / 1000} s`;
  if (result.isMaxBuffer) return 'printed more than 64 KiB';
  if (result.code === 'ENOENT') return 'was not found';
  if (result.signal) return `was ended by ${result.signal}`;
  return result.exitCode === undefined ? 'could not be started' : `failed with exit status ${result.exitCode}`;
}
