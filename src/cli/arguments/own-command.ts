import { UsageError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { readCommandArguments, type CommandInput, type OwnCommand } from './command.ts';
import { ownCommands } from './command-table.ts';

export interface FoundCommand {
  word: string;
  command: OwnCommand;
  options: CommandInput['options'];
  operands: CommandInput['operands'];
}

/**
 * The command of ours that the arguments name: by their first word, with nothing behind it but its own options and
 * operands. `check the build` is a prompt for codex.
 * @returns undefined for everything else
 * @throws UsageError for what a command that is only ours does not know
 */
export function findOwnCommand(args: readonly string[]): FoundCommand | undefined {
  const [word = '', ...rest] = args;
  const command = Object.hasOwn(ownCommands, word) ? ownCommands[word] : undefined;
  if (!command) return undefined;
  try {
    return { word, command, ...readCommandArguments(command, rest) };
  } catch (error) {
    // what stands behind the first word may be a prompt
    refuseMisspelt(word, command.isOnlyOurs ? rest : rest.slice(0, 1), command);
    if (!command.isOnlyOurs) return undefined;
    // Node's message goes on with a way to write operands that begin with "-"; we have none
    const [what = ''] = (error as Error).message.split(/\. |\.?$/);
    throw new UsageError('USAGE', `${word}: ${what}.`, {
      hint: `See codex-glm ${word} --help. A prompt that begins with this word stands behind --.`,
    });
  }
}

/** `setup --provder zai` is no prompt, though codex would take it for one. */
function refuseMisspelt(word: string, args: readonly string[], { options }: OwnCommand): void {
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    const meant = name === undefined ? undefined : nearest(name, Object.keys(options));
    if (meant === undefined || meant === name) continue;
    throw new UsageError('USAGE', `${word}: there is no option --${name}.`, {
      hint: `Did you mean --${meant}? See codex-glm ${word} --help.`,
    });
  }
}

/** For commands that have no text of their own for it. */
export function commandHelp(word: string, { summary, options, operands }: OwnCommand): string {
  const usage = operands ? ` ${operands.join(' | ')}` : '';
  const lines = Object.entries(options).map(([name, { type }]) => `  --${name}${type === 'string' ? ' VALUE' : ''}\n`);
  const listed = lines.length === 0 ? '' : `\nOptions:\n${lines.join('')}`;
  return `codex-glm ${word}${usage}\n\n${summary}\n${listed}\nA prompt that begins with this word stands behind --: codex-glm -- "${word} …"\n`;
}
