import { readInvocation } from '../codex/arguments.ts';
import { cleanKey } from '../config/clean-key.ts';
import { findPaths } from '../config/paths.ts';
import { CodexGlmError } from '../errors/errors.ts';
import { launchCodex, type LaunchOptions } from '../launch/session.ts';
import { knownSecrets, secretVariable } from '../provider/redact.ts';
import { version } from '../version.ts';
import { ownHelp } from './help.ts';
import { commandHelp, findOwnCommand } from './arguments/own-command.ts';
import { splitOwnFlags } from './arguments/own-flags.ts';
import { showError } from './show-error.ts';
import { watchForUnexpectedEnds } from './unexpected-end.ts';

export type RunOptions = Pick<LaunchOptions, 'onFirstResponse'>;

/** The whole process: `main`, its exit status, and the words for what nobody foresaw. */
export function run(argv: readonly string[], options: RunOptions): void {
  watchForUnexpectedEnds(
    describe,
    (cause) => new CodexGlmError('OUTPUT_FAILED', `Standard output cannot be written: ${cause.message}`, { cause }),
  );
  void main(argv, options).then((status) => {
    process.exitCode = status;
  });
}

/**
 * The command line: our own flags, then a command of our own or codex's arguments. In a run of codex stdout carries what
 * codex prints, and our own words only where help or version was asked for.
 * @param argv without node and script
 * @returns the exit status
 */
export async function main(argv: readonly string[], { onFirstResponse }: RunOptions = {}): Promise<number> {
  try {
    const { flags, codexArguments, isForCodex } = splitOwnFlags(argv);
    const own = isForCodex ? undefined : findOwnCommand(codexArguments);
    if (own) {
      if (own.options['help'] === true && !own.command.explainsItself) {
        process.stdout.write(commandHelp(own.word, own.command));
        return 0;
      }
      const { run } = await own.command.load();
      return await run({ flags, environment: process.env, options: own.options, operands: own.operands });
    }
    return await runCodex({ arguments: codexArguments, flags, notice, onEnd: accountForSession, onFirstResponse });
  } catch (error) {
    const { text, status } = describe(error);
    process.stderr.write(text);
    return status;
  }
}

function describe(error: unknown): { text: string; status: number } {
  const colour = process.stderr.isTTY === true && !process.env['NO_COLOR'];
  return showError(error, colour, [...secretsOf(process.env), ...knownSecrets()]);
}

function secretsOf(environment: NodeJS.ProcessEnv): string[] {
  const named = Object.entries(environment).filter(([name]) => secretVariable.test(name));
  return named.flatMap(([, value]) => cleanKey(value ?? '') || []);
}

async function runCodex(options: LaunchOptions): Promise<number> {
  const { asksFor, subcommand } = readInvocation(options.arguments);
  if (subcommand === 'completion') {
    const { printCompletion } = await import('./completion.ts');
    return printCompletion(options.arguments, process.env);
  }
  try {
    return await launchOrSetUp(options);
  } finally {
    if (asksFor === 'help') process.stdout.write(ownHelp());
    if (asksFor === 'version') process.stdout.write(`codex-glm ${version}\n`);
  }
}

function notice(line: string): void {
  process.stderr.write(`codex-glm: ${line}\n`);
}

/** Loaded when a session has ended: nothing may stand between the start and codex. */
const accountForSession: NonNullable<LaunchOptions['onEnd']> = async (run) => {
  const { accountForSession: account } = await import('./after-session.ts');
  account(run);
};

/** A first run in a terminal, with no provider chosen and no key anywhere, begins with the setup. */
async function launchOrSetUp(options: LaunchOptions): Promise<number> {
  try {
    return await launchCodex(options);
  } catch (error) {
    const isFirstRun = error instanceof CodexGlmError && error.code === 'NO_API_KEY' && isTerminal();
    if (!isFirstRun || (await hasProvider())) throw error;
    const { runWizard } = await import('./commands/setup.ts');
    const environment = await runWizard({ flags: options.flags ?? {}, environment: process.env });
    return launchCodex({ ...options, environment });
  }
}

function isTerminal(): boolean {
  return (
    process.stdin.isTTY === true && process.stdout.isTTY === true && process.stderr.isTTY === true && !process.env['CI']
  );
}

async function hasProvider(): Promise<boolean> {
  const { readSettingsFile } = await import('../config/settings-file.ts');
  const file = readSettingsFile(findPaths(process.env).settingsFile, process.env);
  return file.values.provider !== undefined;
}
