import { scanArguments } from './scan-arguments.ts';
import { findSubcommand } from './subcommands.ts';
import { hasCapability } from './versions.ts';

/** Subcommands of `codex exec` (0.107 to 0.169). */
const execSubcommands = new Set(['resume', 'review', 'fork']);

/**
 * The arguments for codex: the user's, and those of the profile before them, so that the user's own win. Codex up to
 * 0.163 forgets all `-c` that stand before a subcommand when there is one behind it, and would then talk to its default
 * provider: there, and where the version is not known, the profile stands directly in front of the user's first `-c` of
 * the innermost subcommand.
 */
export function withProfile(
  profile: readonly string[],
  args: readonly string[],
  codexVersion: string | undefined,
): string[] {
  const addsUp = codexVersion !== undefined && hasCapability(codexVersion, 'addsConfigLevels');
  const place = addsUp ? 0 : innermostOverride(args);
  return [...args.slice(0, place), ...profile, ...args.slice(place)];
}

/** Place of the first `-c` at the innermost level that has one; 0 when only codex itself has any. */
function innermostOverride(args: readonly string[]): number {
  let place = 0;
  let level: 'codex' | 'exec' | 'innermost' = 'codex';
  let isFirst = false;
  for (const item of scanArguments(args)) {
    if (item.kind === 'option') {
      if (isFirst && (item.name === '-c' || item.name === '--config')) {
        place = item.index;
        isFirst = false;
      }
    } else if (level === 'codex' && findSubcommand(item.word) !== undefined) {
      level = item.word === 'exec' || item.word === 'e' ? 'exec' : 'innermost';
      isFirst = true;
    } else if (level === 'exec') {
      level = 'innermost';
      isFirst ||= execSubcommands.has(item.word);
    }
  }
  return place;
}
