import type { FlagValues } from '../../config/settings.ts';
import { settingsTable } from '../../config/setting-table.ts';
import { UsageError } from '../../errors/errors.ts';
import { nearestOwnFlag } from './near-miss.ts';

export interface SplitArguments {
  flags: FlagValues;
  /** All from the first argument that is not a flag of ours. */
  codexArguments: string[];
  /** A `--` ended our flags: what follows is codex's, whatever it is called. */
  isForCodex: boolean;
}

/**
 * Takes our own flags from the front: `--flag value`, `--flag=value`, switches. They end at the first argument that is
 * none of them; a `--` there is ours too, so that codex never meets it.
 * @throws UsageError USAGE
 */
export function splitOwnFlags(args: readonly string[]): SplitArguments {
  const flags: FlagValues = {};
  let index = 0;
  for (; index < args.length; index++) {
    const [name = '', attached] = splitOnce(args[index] ?? '');
    const setting = settingsTable.find(({ flag }) => flag === name);
    if (!setting) {
      refuseNearMiss(name);
      break;
    }
    if (setting.value === undefined) {
      if (attached !== undefined) throw new UsageError('USAGE', `${name} takes no value.`);
      flags[setting.name] = typeof setting.type === 'string' ? '1' : (setting.type[0] ?? '1');
      continue;
    }
    const value = attached ?? args[++index];
    if (!value || (attached === undefined && value.startsWith('-'))) {
      throw new UsageError('USAGE', `${name} needs a value.`, { hint: `Write it as ${name} ${setting.value}` });
    }
    flags[setting.name] = value;
  }
  const isForCodex = args[index] === '--';
  return { flags, codexArguments: args.slice(isForCodex ? index + 1 : index), isForCodex };
}

/** Codex would refuse it too, but only after we had asked for a key. @throws UsageError USAGE */
function refuseNearMiss(option: string): void {
  const meant = nearestOwnFlag(option);
  if (meant === undefined) return;
  throw new UsageError('USAGE', `There is no option ${option}. Did you mean ${meant}?`, {
    hint: `An option of codex with that name stands behind --: codex-glm -- ${option}`,
  });
}

function splitOnce(argument: string): [name: string, attached: string | undefined] {
  const equals = argument.indexOf('=');
  return equals < 0 ? [argument, undefined] : [argument.slice(0, equals), argument.slice(equals + 1)];
}
