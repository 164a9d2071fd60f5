import { tomlValue } from '../config/toml.ts';
import { toConfigOverride, type ConfigOverride } from './config-override.ts';
import { rewriteFullAuto } from './full-auto.ts';
import { locateSubcommand } from './locate-subcommand.ts';
import type { SubcommandKind } from './subcommands.ts';

/** What the user's arguments ask of codex. */
export interface Invocation {
  kind: SubcommandKind;
  /** On SIGINT it ends its turn and its shell commands; on any other signal it would leave them behind. */
  endsOnInterrupt: boolean;
  /** For codex: the user's, with `--full-auto` said in today's words. */
  arguments: string[];
  /** Asked for by `-m` or `-c model=`. */
  model: string | undefined;
  /** Asked for by `-p`: the name of a file beside config.toml that lies on top of it. */
  profile: string | undefined;
  /** `exec --ignore-user-config`: config.toml is not read. */
  ignoresUserConfig: boolean;
  /** Those that codex will read; places are those in `arguments`. */
  configOverrides: ConfigOverride[];
  /** Help or version of codex as a whole is asked for. */
  asksFor: 'help' | 'version' | undefined;
}

/** Pure. What codex would refuse is passed on, for codex to refuse. */
export function readInvocation(userArguments: readonly string[]): Invocation {
  const args = rewriteFullAuto(userArguments, locateSubcommand(userArguments));
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
    endsOnInterrupt: !isPlain && subcommand.endsOnInterrupt === true,
    arguments: args,
    model: lastValue('-m', '--model') ?? modelOf(configOverrides),
    profile: lastValue('-p', '--profile'),
    ignoresUserConfig: has('--ignore-user-config'),
    configOverrides,
    asksFor: !isRoot ? undefined : isHelp ? 'help' : isVersion ? 'version' : undefined,
  };
}

function modelOf(overrides: readonly ConfigOverride[]): string | undefined {
  const last = overrides.findLast(({ key }) => key === 'model');
  return last && String(tomlValue(last.value));
}
