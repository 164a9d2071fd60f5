import { tomlValue } from '../config/toml.ts';
import { toConfigOverride, type ConfigOverride } from './config-override.ts';
import { rewriteFullAuto } from './full-auto.ts';
import { locateSubcommand } from './locate-subcommand.ts';
import { resolveModels } from './requested-model.ts';
import type { SubcommandKind } from './subcommands.ts';

/** What the user's arguments ask of codex. */
export interface Invocation {
  kind: SubcommandKind;
  /** As written (`exec` or `e`); undefined for the TUI. */
  subcommand: string | undefined;
  /** On SIGINT it ends its turn and its shell commands; on any other signal it would leave them behind. */
  endsOnInterrupt: boolean;
  /** It waits for the end of standard input. */
  readsStdin: boolean;
  /** It works through OpenAI's servers with a ChatGPT login. */
  needsAccount: boolean;
  /** For codex: the user's, with `--full-auto` said in today's words. */
  arguments: string[];
  /** Asked for by `-m` or `-c model=`. */
  model: string | undefined;
  /** Asked for by `-p`: the name of a file beside config.toml that lies on top of it. */
  profile: string | undefined;
  /** `exec --ignore-user-config`: config.toml is not read. */
  ignoresUserConfig: boolean;
  /** Every option that codex will read, without its value. */
  optionNames: string[];
  /** Those that codex will read; places are those in `arguments`. */
  configOverrides: ConfigOverride[];
  /** Help or version of codex as a whole is asked for. */
  asksFor: 'help' | 'version' | undefined;
}

/**
 * Pure. What codex would refuse is passed on, for codex to refuse.
 * @param resolveModel the model that a name stands for; absent: names stay as they are
 */
export function readInvocation(
  userArguments: readonly string[],
  resolveModel: (name: string) => string = (name) => name,
): Invocation {
  const args = resolveModels(rewriteFullAuto(userArguments, locateSubcommand(userArguments)), resolveModel);
  const { word, subcommand, options, nextWord } = locateSubcommand(args);
  const has = (...names: string[]) => options.some(({ name }) => names.includes(name));
  const lastValue = (...names: string[]) => options.findLast(({ name }) => names.includes(name))?.value;

  const configOverrides = options.map(toConfigOverride).filter((override) => override !== undefined);
  const isHelp = has('-h', '--help') || (word?.word === 'help' && nextWord === undefined);
  const isVersion = has('-V', '--version');
  const isPlain =
    subcommand.kind === 'plain' ||
    isHelp ||
    isVersion ||
    subcommand.plainSubcommands?.includes(nextWord ?? '') === true;
  const isRoot = word === undefined || word.word === 'help';
  return {
    kind: isPlain ? 'plain' : 'session',
    subcommand: word?.word,
    endsOnInterrupt: !isPlain && subcommand.endsOnInterrupt === true,
    readsStdin: !isPlain && subcommand.readsStdin === true,
    needsAccount: !isPlain && subcommand.needsAccount === true,
    arguments: args,
    model: lastValue('-m', '--model') ?? modelOf(configOverrides),
    profile: lastValue('-p', '--profile'),
    ignoresUserConfig: has('--ignore-user-config'),
    optionNames: options.map(({ name }) => name),
    configOverrides,
    asksFor: !isRoot ? undefined : isHelp ? 'help' : isVersion ? 'version' : undefined,
  };
}

function modelOf(overrides: readonly ConfigOverride[]): string | undefined {
  const last = overrides.findLast(({ key }) => key === 'model');
  return last && String(tomlValue(last.value));
}
