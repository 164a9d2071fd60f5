import { takesSeveralValues, takesValue } from './options.ts';

/** `lastIndex` is the place of the (first) value, or of the option itself when the value is attached or absent. */
export interface ScannedOption {
  kind: 'option';
  index: number;
  name: string;
  value: string | undefined;
  lastIndex: number;
}

/** An option with its value, or a word that is neither. `index` is its place in the argument list. */
export type ScannedArgument = ScannedOption | { kind: 'word'; index: number; word: string };

/**
 * Reads codex's arguments as its own parser (clap) does, up to `--`: `--name value`, `--name=value`, `-n value`,
 * `-nvalue`, `-n=value`.
 */
export function* scanArguments(args: readonly string[]): Generator<ScannedArgument> {
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    if (argument === '--') return;
    if (!looksLikeOption(argument)) {
      yield { kind: 'word', index, word: argument };
      continue;
    }
    const { name, attached } = splitOption(argument);
    if (attached !== undefined || !takesValue(name)) {
      yield { kind: 'option', index, name, value: attached, lastIndex: index };
      continue;
    }
    const value = args[index + 1];
    yield { kind: 'option', index, name, value, lastIndex: index + 1 };
    index++;
    while (takesSeveralValues(name) && index + 1 < args.length && !looksLikeOption(args[index + 1] ?? '')) index++;
  }
}

function looksLikeOption(argument: string): boolean {
  return argument.startsWith('-') && argument !== '-';
}

function splitOption(argument: string): { name: string; attached: string | undefined } {
  if (argument.startsWith('--')) {
    const equals = argument.indexOf('=');
    if (equals < 0) return { name: argument, attached: undefined };
    return { name: argument.slice(0, equals), attached: argument.slice(equals + 1) };
  }
  const name = argument.slice(0, 2);
  if (argument.length === 2 || !takesValue(name)) return { name: argument, attached: undefined };
  return { name, attached: argument.slice(2).replace(/^=/, '') };
}
