import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Inheritable } from '../../config/launch-settings.ts';

/** What was taken over, by path in our home: the source it came from and, for a copy, its state then. */
export type InheritedFiles = Readonly<Record<string, string>>;

interface Entry {
  /** In our codex home. */
  path: string;
  source: string;
  /** Copied, never linked: codex could write through a link. */
  isCopied: boolean;
  isFolder: boolean;
}

export interface FilePlan {
  inherited: InheritedFiles;
  /** Paths at which ours has something of its own: it stands. */
  conflicts: string[];
  /** Paths in the user's home that cannot be had: no right to read them, a link that leads round, a pipe. */
  unreadable: string[];
  /** Changes that are to be made; none when all is as it should be. */
  changes: (() => void)[];
}

/**
 * Compares our codex home with what is to be taken over from the user's. Single entries are linked, so that a change
 * there is seen at once: never a folder into which codex itself writes (`skills`, `prompts`, `rules`). Rules are copied
 * under a name of their own, because codex adds what the user allows to `rules/default.rules`.
 */
export function planFiles(
  home: string,
  userHome: string,
  inherit: readonly Inheritable[],
  before: InheritedFiles,
  platform: NodeJS.Platform = process.platform,
): FilePlan {
  const plan: FilePlan = { inherited: {}, conflicts: [], unreadable: [], changes: [] };
  const inherited: Record<string, string> = {};
  const wanted = inherit.flatMap((what) => entriesOf(what, userHome, plan.unreadable));
  for (const entry of wanted) {
    const target = join(home, entry.path);
    // Windows links files only for administrators, and folders for everybody (as junctions).
    const isCopied = entry.isCopied || (platform === 'win32' && !entry.isFolder);
    const state = isCopied ? `${entry.source} ${stampOf(entry.source)}` : entry.source;
    const isDone = isCopied ? before[entry.path] === state && existsSync(target) : linkTarget(target) === entry.source;
    if (!isDone && before[entry.path] === undefined && isPresent(target)) {
      plan.conflicts.push(entry.path);
      continue;
    }
    inherited[entry.path] = state;
    if (isDone) continue;
    plan.changes.push(() => {
      rmSync(target, { force: true });
      mkdirSync(dirname(target), { recursive: true });
      if (isCopied) copyFileSync(entry.source, target);
      else symlinkSync(entry.source, target, entry.isFolder ? 'junction' : 'file');
    });
  }
  for (const path of Object.keys(before).filter((known) => inherited[known] === undefined)) {
    plan.changes.push(() => rmSync(join(home, path), { force: true }));
  }
  return { ...plan, inherited };
}

function entriesOf(what: Inheritable, userHome: string, unreadable: string[]): Entry[] {
  const entry = (path: string, isCopied = false, name = path): Entry[] => {
    const source = join(userHome, name);
    try {
      const status = statSync(source, { throwIfNoEntry: false });
      if (!status) return [];
      accessSync(source, constants.R_OK);
      if (status.isFile() || status.isDirectory()) {
        return [{ path, source, isCopied, isFolder: status.isDirectory() }];
      }
    } catch {
      // no right to look at it, or a link that leads round
    }
    unreadable.push(name);
    return [];
  };
  if (what === 'agents') return [...entry('AGENTS.md'), ...entry('AGENTS.override.md')];
  if (what === 'hooks') return entry('hooks.json');
  if (what === 'skills' || what === 'prompts') {
    // `.system` holds the skills that codex installs
    return list(join(userHome, what), (name) => !name.startsWith('.')).flatMap((name) => entry(`${what}/${name}`));
  }
  if (what === 'rules') {
    const names = list(join(userHome, what), (name) => name.endsWith('.rules'));
    return names.flatMap((name) => entry(`rules/inherited-${name}`, true, `rules/${name}`));
  }
  return [];
}

function list(folder: string, accept: (name: string) => boolean): string[] {
  try {
    return readdirSync(folder).filter(accept);
  } catch {
    return [];
  }
}

function stampOf(path: string): string {
  const { mtimeMs, size } = statSync(path);
  return `${mtimeMs} ${size}`;
}

function linkTarget(path: string): string | undefined {
  try {
    // Windows ends a junction's target with a backslash
    return readlinkSync(path).replace(/(?<=.)[\\/]$/, '');
  } catch {
    return undefined;
  }
}

function isPresent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
