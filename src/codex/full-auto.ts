import { toConfigOverride } from './config-override.ts';
import type { SubcommandLocation } from './locate-subcommand.ts';
import type { ScannedOption } from './scan-arguments.ts';
import type { FullAutoStyle } from './subcommands.ts';

/**
 * `--full-auto` left codex with 0.128 (TUI) and 0.147 (exec). It is taken out wherever it is an option of codex, and what
 * it meant is said instead, directly behind the subcommand, where every version takes it. The user's own choice of a
 * sandbox or an approval policy wins.
 */
export function rewriteFullAuto(args: readonly string[], { subcommand, word, options }: SubcommandLocation): string[] {
  const reach = subcommand.fullAuto ? Infinity : (word?.index ?? Infinity);
  const places = options.filter(({ name, index }) => name === '--full-auto' && index < reach).map(({ index }) => index);
  if (places.length === 0) return [...args];

  const insertAt = word ? word.index + 1 : 0;
  const meaning = subcommand.fullAuto ? sayFullAuto(subcommand.fullAuto, ownChoices(options)) : [];
  const kept = (from: number, to?: number) =>
    args.slice(from, to).filter((_, offset) => !places.includes(from + offset));
  return [...kept(0, insertAt), ...meaning, ...kept(insertAt)];
}

interface OwnChoices {
  sandbox: boolean;
  approval: boolean;
}

function sayFullAuto(style: FullAutoStyle, own: OwnChoices): string[] {
  const words: string[] = [];
  if (!own.sandbox) {
    words.push(...(style === 'config' ? ['-c', 'sandbox_mode="workspace-write"'] : ['--sandbox', 'workspace-write']));
  }
  if (style === 'sandbox-and-approval' && !own.approval) words.push('-a', 'on-request');
  return words;
}

function ownChoices(options: readonly ScannedOption[]): OwnChoices {
  const names = new Set(options.map(({ name }) => name));
  const keys = new Set(options.map((option) => toConfigOverride(option)?.key));
  const both = bothAtOnce.some((name) => names.has(name));
  return {
    sandbox: both || names.has('-s') || names.has('--sandbox') || keys.has('sandbox_mode'),
    approval: both || names.has('-a') || names.has('--ask-for-approval') || keys.has('approval_policy'),
  };
}

/** Options that settle sandbox and approval together; codex refuses them beside `--sandbox` or `-a`. */
const bothAtOnce = ['--dangerously-bypass-approvals-and-sandbox', '--yolo', '--approve-for-me'];
