import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { inheritable, type Inheritable } from '../../../../src/config/launch-settings.ts';
import { planFiles, type InheritedFiles } from '../../../../src/launch/home/inherit-files.ts';
import { testPlace } from '../../../helpers/test-place.ts';
import { isWindows } from '../../../helpers/systems.ts';

let home: string;
let user: string;

beforeEach(async () => {
  const place = await testPlace();
  home = join(place.glmHome, 'codex-home');
  user = join(place.userHome, '.codex');
  mkdirSync(home, { recursive: true });
});

function write(folder: string, ...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
}

function inherit(
  before: InheritedFiles = {},
  what: readonly Inheritable[] = inheritable,
  platform: NodeJS.Platform = 'linux',
) {
  const plan = planFiles(home, user, what, before, platform);
  for (const change of plan.changes) change();
  return plan;
}

test.skipIf(isWindows)(
  'single entries are linked, rules are copied under a name of their own, the rest stays away (as on Linux and macOS)',
  () => {
    write(user, 'AGENTS.md', 'hooks.json', 'skills/one/SKILL.md', 'skills/.system/x/SKILL.md', 'prompts/p.md');
    write(
      user,
      'rules/default.rules',
      'rules/notes.txt',
      'auth.json',
      'history.jsonl',
      'config.toml',
      'sessions/s.jsonl',
    );
    const { inherited, conflicts } = inherit();
    expect(Object.keys(inherited).sort()).toEqual([
      'AGENTS.md',
      'hooks.json',
      'prompts/p.md',
      'rules/inherited-default.rules',
      'skills/one',
    ]);
    expect(conflicts).toEqual([]);
    expect(readlinkSync(join(home, 'skills/one'))).toBe(join(user, 'skills/one'));
    expect(lstatSync(join(home, 'skills')).isSymbolicLink()).toBe(false);
    expect(lstatSync(join(home, 'rules/inherited-default.rules')).isSymbolicLink()).toBe(false);
  },
);

test.skipIf(isWindows)('a second run changes nothing; a changed rule is copied again (as on Linux and macOS)', () => {
  write(user, 'AGENTS.md', 'rules/default.rules');
  const { inherited } = inherit();
  expect(planFiles(home, user, inheritable, inherited).changes).toEqual([]);
  writeFileSync(join(user, 'rules/default.rules'), 'changed');
  utimesSync(join(user, 'rules/default.rules'), 1, 1);
  inherit(inherited);
  expect(readFileSync(join(home, 'rules/inherited-default.rules'), 'utf8')).toBe('changed');
});

test.skipIf(isWindows)('what is gone or switched off is given up, and the source stays (as on Linux and macOS)', () => {
  write(user, 'AGENTS.md', 'skills/one/SKILL.md', 'skills/two/SKILL.md', 'rules/default.rules');
  const first = inherit();
  rmSync(join(user, 'skills/two'), { recursive: true });
  const second = inherit(first.inherited);
  expect(lstatSync(join(home, 'skills/two'), { throwIfNoEntry: false })).toBeUndefined();
  inherit(second.inherited, []);
  for (const path of ['AGENTS.md', 'skills/one', 'rules/inherited-default.rules']) {
    expect(existsSync(join(home, path))).toBe(false);
  }
  expect(readFileSync(join(user, 'skills/one/SKILL.md'), 'utf8')).toBe('skills/one/SKILL.md');
});

test('what our home has of its own stands', () => {
  write(user, 'AGENTS.md', 'skills/one/SKILL.md');
  write(home, 'AGENTS.md', 'skills/one/own.md');
  const { conflicts, inherited } = inherit();
  expect(conflicts).toEqual(['AGENTS.md', 'skills/one']);
  expect(inherited).toEqual({});
  expect(existsSync(join(home, 'skills/one/own.md'))).toBe(true);
});

test('on Windows, where linking a file needs an administrator, files are copied', () => {
  write(user, 'AGENTS.md', 'skills/one/SKILL.md', 'prompts/p.md');
  const { inherited } = inherit({}, inheritable, 'win32');
  expect(lstatSync(join(home, 'AGENTS.md')).isFile()).toBe(true);
  expect(lstatSync(join(home, 'prompts/p.md')).isFile()).toBe(true);
  expect(lstatSync(join(home, 'skills/one')).isSymbolicLink()).toBe(true);
  expect(planFiles(home, user, inheritable, inherited, 'win32').changes).toEqual([]);
});

test.skipIf(isWindows)('what cannot be read is left out and named (as on Linux and macOS)', () => {
  write(user, 'AGENTS.md', 'skills/one/SKILL.md', 'rules/default.rules');
  symlinkSync('loop', join(user, 'skills/loop'));
  symlinkSync('nowhere', join(user, 'skills/dangling'));
  // copying it would wait for ever
  execFileSync('mkfifo', [join(user, 'rules/pipe.rules')]);
  const { inherited, unreadable } = inherit();
  expect(unreadable).toEqual(['skills/loop', 'rules/pipe.rules']);
  expect(Object.keys(inherited)).toEqual(['AGENTS.md', 'skills/one', 'rules/inherited-default.rules']);
});

test('no codex home of the user is nothing to take over', () => {
  expect(inherit()).toEqual({ inherited: {}, conflicts: [], unreadable: [], changes: [] });
});
