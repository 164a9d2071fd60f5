import { tomlString, tomlValue } from '../config/toml.ts';
import { toConfigOverride } from './config-override.ts';
import { locateSubcommand } from './locate-subcommand.ts';

/**
 * The user's arguments with every model name (`-m`, `--model`, `-c model=`) replaced by what it stands for: codex warns of
 * a name that its catalog does not list, and shows people the one it was given.
 */
export function resolveModels(args: readonly string[], resolve: (name: string) => string): string[] {
  const result = [...args];
  for (const option of locateSubcommand(args).options) {
    const { name, value, index, lastIndex } = option;
    const override = toConfigOverride(option);
    const isModel = name === '-m' || name === '--model';
    if (value === undefined || (!isModel && override?.key !== 'model')) continue;
    const asked = override ? String(tomlValue(override.value)) : value;
    const id = resolve(asked);
    if (id === asked) continue;
    const said = override ? `model=${tomlString(id)}` : id;
    if (lastIndex > index) result[lastIndex] = said;
    else result[index] = name.startsWith('--') ? `${name}=${said}` : `${name}${said}`;
  }
  return result;
}
