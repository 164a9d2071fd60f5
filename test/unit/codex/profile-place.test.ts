import { expect, test } from 'vitest';
import { withProfile } from '../../../src/codex/profile-place.ts';

test.each([
  ['none', 'exec hi', 'P exec hi'],
  ['before the subcommand', '-c a=1 exec hi', 'P -c a=1 exec hi'],
  ['behind exec', 'exec -c a=1 -c b=2 hi', 'exec P -c a=1 -c b=2 hi'],
  ['behind the prompt', 'exec hi --config=a=1', 'exec hi P --config=a=1'],
  ['before and behind', '-c a=1 exec --json -cb=2 hi', '-c a=1 exec --json P -cb=2 hi'],
  ['behind a subcommand of exec', 'exec -c a=1 resume --last -c b=2 hi', 'exec -c a=1 resume --last P -c b=2 hi'],
  ['a prompt that reads like a subcommand', 'exec hi -c a=1 resume -c b=2', 'exec hi P -c a=1 resume -c b=2'],
  ['the value of another option', 'exec -o -c hi', 'P exec -o -c hi'],
  ['behind two dashes', 'exec -- -c a=1', 'P exec -- -c a=1'],
  ['behind resume', 'resume --last -c a=1', 'resume --last P -c a=1'],
])("codex up to 0.163 gets the profile at the level of the user's own -c: %s", (_, args, expected) => {
  expect(withProfile(['P'], args.split(' '), '0.163.0').join(' ')).toBe(expected);
  expect(withProfile(['P'], args.split(' '), '0.164.0').join(' ')).toBe(`P ${args}`);
  expect(withProfile(['P'], args.split(' '), undefined).join(' ')).toBe(expected);
});
