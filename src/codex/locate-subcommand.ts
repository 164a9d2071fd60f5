import { scanArguments, type ScannedArgument, type ScannedOption } from './scan-arguments.ts';
import { findSubcommand, tui, type Subcommand } from './subcommands.ts';

/** Where the subcommand stands, and which options are codex's. */
export interface SubcommandLocation {
  subcommand: Subcommand;
  /** Absent for the TUI. */
  word: { index: number; word: string } | undefined;
  /** All up to `--`, but none behind a plain subcommand: they may be another program's (`codex sandbox ls --help`). */
  options: ScannedOption[];
  /** The first word behind the subcommand. */
  nextWord: string | undefined;
}

export function locateSubcommand(args: readonly string[]): SubcommandLocation {
  const scanned = [...scanArguments(args)];
  // A prompt may stand before the subcommand: codex takes `codex "a prompt" exec` for exec.
  const at = scanned.findIndex((item) => item.kind === 'word' && findSubcommand(item.word) !== undefined);
  const found = scanned[at];
  if (found?.kind !== 'word') {
    return { subcommand: tui, word: undefined, options: scanned.filter(isOption), nextWord: undefined };
  }
  const subcommand = findSubcommand(found.word) ?? tui;
  const reach = subcommand.kind === 'plain' ? scanned.slice(0, at) : scanned;
  const next = scanned.slice(at + 1).find((item) => item.kind === 'word');
  return { subcommand, word: found, options: reach.filter(isOption), nextWord: next?.word };
}

function isOption(item: ScannedArgument): item is ScannedOption {
  return item.kind === 'option';
}
