import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { FlagValues } from '../../config/settings.ts';

/** What a command of our own is given. */
export interface CommandInput {
  /** Our flags in front of the command. */
  flags: FlagValues;
  environment: NodeJS.ProcessEnv;
  /** The command's own options; a switch is `true`. */
  options: Readonly<Record<string, string | boolean | undefined>>;
  operands: readonly string[];
}

/** Its module exports this; the result is the exit status. */
export type RunCommand = (input: CommandInput) => Promise<number>;

export interface OwnCommand {
  summary: string;
  options: NonNullable<ParseArgsConfig['options']>;
  /** First operands that make it ours. Absent: it takes none, and is ours only when it stands alone. */
  operands?: readonly string[];
  /** Its word never begins a prompt: what it does not know is a mistake. */
  isOnlyOurs?: true;
  /** Has a text of its own for --help. */
  explainsItself?: true;
  load: () => Promise<{ run: RunCommand }>;
}

/**
 * The options and operands of a command, from what stands behind its word. No option of ours may be given twice.
 * @throws Error of node's `parseArgs` for what the command does not know
 */
export function readCommandArguments(
  { options, operands }: Pick<OwnCommand, 'options' | 'operands'>,
  args: readonly string[],
): Pick<CommandInput, 'options' | 'operands'> {
  const withHelp = { ...options, help: { type: 'boolean', short: 'h' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options: withHelp, allowPositionals: true });
  const [first] = positionals;
  if (first !== undefined && !operands?.includes(first)) throw new Error(`There is no command "${first}"`);
  return { options: values as CommandInput['options'], operands: positionals };
}
