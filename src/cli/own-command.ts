import { parseArgs, type ParseArgsConfig } from 'node:util';
import { settingsTable } from '../config/setting-table.ts';
import type { FlagValues } from '../config/settings.ts';
import { UsageError } from '../errors/errors.ts';
import { nearest } from '../errors/nearest.ts';

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

interface OwnCommand {
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

const text = { type: 'string' } as const;
const onOff = { type: 'boolean' } as const;
/** Settings of a standalone proxy. */
const proxyOptions = Object.fromEntries(
  settingsTable.flatMap(({ proxyOption, value }) =>
    proxyOption === undefined ? [] : [[proxyOption, value === undefined ? onOff : text]],
  ),
);
/** Of `install` and `uninstall`. */
const serviceOptions = { systemd: onOff, launchd: onOff, quadlet: onOff } as const;
/** Of `serve` and `chat`; src/reverse/serve-settings.ts says what they mean. */
const engineOptions = {
  'codex-home': text,
  model: text,
  effort: text,
  workdir: text,
  sandbox: text,
  approval: text,
} as const;

export const ownCommands: Readonly<Record<string, OwnCommand>> = {
  setup: {
    summary: 'choose provider, key and models, and try them live',
    options: {
      yes: onOff,
      provider: text,
      'base-url': text,
      wire: text,
      model: text,
      'fast-model': text,
      'key-command': text,
      'key-stdin': onOff,
      keychain: onOff,
      'no-probe': onOff,
    },
    load: () => import('./commands/setup.ts'),
  },
  config: {
    summary: 'path, print, set KEY VALUE, edit, codex (a config.toml for the standalone proxy)',
    options: {},
    operands: ['path', 'print', 'set', 'edit', 'codex'],
    isOnlyOurs: true,
    load: () => import('./commands/config.ts'),
  },
  models: {
    summary: 'the models of the provider, as its server and the catalog know them',
    options: { json: onOff, all: onOff },
    load: () => import('./commands/models.ts'),
  },
  check: {
    summary: 'test codex, settings, key and network, and say how to mend them',
    options: { json: onOff },
    load: () => import('./commands/check.ts'),
  },
  usage: {
    summary: 'what is left of the plan, and what recent runs used',
    options: { json: onOff },
    load: () => import('./commands/usage.ts'),
  },
  proxy: {
    summary: 'run, start, stop, restart, status, logs, keys, install, uninstall: the proxy without codex',
    options: {
      ...proxyOptions,
      'log-file': text,
      json: onOff,
      follow: { type: 'boolean', short: 'f' },
      ...serviceOptions,
    },
    operands: [
      'run',
      'start',
      'stop',
      'restart',
      'status',
      'logs',
      'keys',
      'capture',
      'replay',
      'install',
      'uninstall',
    ],
    isOnlyOurs: true,
    explainsItself: true,
    load: () => import('./commands/proxy.ts'),
  },
  serve: {
    summary: 'an OpenAI-compatible chat server whose answers are turns of codex; install, uninstall',
    options: { host: text, port: text, 'new-key': onOff, ...engineOptions, ...serviceOptions },
    operands: ['install', 'uninstall'],
    isOnlyOurs: true,
    explainsItself: true,
    load: () => import('./commands/serve.ts'),
  },
  chat: {
    summary: 'a conversation in the terminal, or line by line through a pipe',
    options: engineOptions,
    explainsItself: true,
    load: () => import('./commands/chat.ts'),
  },
};

export interface FoundCommand {
  word: string;
  command: OwnCommand;
  options: CommandInput['options'];
  operands: string[];
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
    const { values, positionals } = parseArgs({ args: rest, options: optionsOf(command), allowPositionals: true });
    const [first] = positionals;
    if (first !== undefined && !command.operands?.includes(first)) throw new Error(`There is no command "${first}"`);
    // no option of ours may be given twice
    return { word, command, options: values as CommandInput['options'], operands: positionals };
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

function optionsOf({ options }: OwnCommand): OwnCommand['options'] {
  return { ...options, help: { type: 'boolean', short: 'h' } };
}

/** For commands that have no text of their own for it. */
export function commandHelp(word: string, { summary, options, operands }: OwnCommand): string {
  const usage = operands ? ` ${operands.join(' | ')}` : '';
  const lines = Object.entries(options).map(([name, { type }]) => `  --${name}${type === 'string' ? ' VALUE' : ''}\n`);
  const listed = lines.length === 0 ? '' : `\nOptions:\n${lines.join('')}`;
  return `codex-glm ${word}${usage}\n\n${summary}\n${listed}\nA prompt that begins with this word stands behind --: codex-glm -- "${word} …"\n`;
}
