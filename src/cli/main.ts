import { readInvocation } from '../codex/arguments.ts';
import { launchCodex } from '../launch/session.ts';
import { ownHelp } from './help.ts';
import { splitOwnFlags } from './own-flags.ts';
import { showError } from './show-error.ts';
import { version } from '../version.ts';

/**
 * The command line: our own flags, then codex's arguments. stdout carries what codex prints, and our own words only where
 * help or version was asked for.
 * @param argv without node and script
 * @returns the exit status
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const { flags, codexArguments } = splitOwnFlags(argv);
    const { asksFor } = readInvocation(codexArguments);
    try {
      return await launchCodex({ arguments: codexArguments, flags });
    } finally {
      if (asksFor === 'help') process.stdout.write(ownHelp());
      if (asksFor === 'version') process.stdout.write(`codex-glm ${version}\n`);
    }
  } catch (error) {
    const colour = process.stderr.isTTY === true && !process.env['NO_COLOR'];
    const { text, status } = showError(error, colour);
    process.stderr.write(text);
    return status;
  }
}
