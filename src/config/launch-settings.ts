import { UsageError } from '../errors/errors.ts';
import { lookUpSetting, type Found, type SettingsSources } from './lookup.ts';
import { orList, type SettingValues } from './setting-table.ts';

/** What is taken over from the user's own codex home into ours. */
export const inheritable = ['agents', 'skills', 'prompts', 'rules', 'mcp', 'hooks'] as const;

export type Inheritable = (typeof inheritable)[number];

/** Settings that hold for every command of codex, also for those that need no provider. */
export interface LaunchSettings {
  /** `shared`: sessions are kept in the user's own codex home, whose configuration stays as it is. */
  sessions: SettingValues['sessions'];
  inherit: readonly Inheritable[];
  /** codex gets no standard input. */
  closeStdin: boolean;
}

/** @throws UsageError BAD_SETTING */
export function resolveLaunchSettings(sources: SettingsSources): LaunchSettings {
  return {
    sessions: lookUpSetting('sessions', sources, undefined).value,
    inherit: toInheritable(lookUpSetting('inherit', sources, undefined)),
    closeStdin: lookUpSetting('stdin', sources, undefined).value === 'closed',
  };
}

function toInheritable({ value, origin }: Found<readonly string[]>): readonly Inheritable[] {
  const [first, ...others] = value;
  if (others.length === 0 && (first === undefined || first === 'none')) return [];
  if (others.length === 0 && first === 'all') return inheritable;
  return value.map((word) => {
    const known = inheritable.find((name) => name === word);
    if (known !== undefined) return known;
    throw new UsageError('BAD_SETTING', `${origin}: "${word}" is nothing that could be taken over.`, {
      hint: `It can be all, none, or some of ${orList(inheritable)}.`,
    });
  });
}
