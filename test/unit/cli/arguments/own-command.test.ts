import { expect, test } from 'vitest';
import { findSubcommand } from '../../../../src/codex/subcommands.ts';
import { ownCommands } from '../../../../src/cli/arguments/command-table.ts';
import { findOwnCommand } from '../../../../src/cli/arguments/own-command.ts';

test.each([
  [['check']],
  [['check', '--json']],
  [['models', '--all']],
  [['setup', '--yes', '--provider', 'zai']],
  [['config']],
  [['config', 'path']],
  [['setup', '--help']],
  [['check', '-h']],
  [['config', 'set', 'model', 'glm-5.3']],
  [['proxy']],
  [['serve']],
  [['serve', 'install', '--systemd']],
])('%j is ours', (args) => {
  expect(findOwnCommand(args)?.command).toBe(ownCommands[args[0] ?? '']);
});

test.each([
  [[]],
  [['check the build']],
  [['check', 'the', 'build']],
  [['check', '--sandbox', 'read-only']],
  [['models', '--json', 'please']],
  [['setup', 'a', 'database']],
  [['exec', 'check']],
  [['--json', 'check']],
  [['constructor']],
  [['serve the files']],
])('%j is for codex', (args) => {
  expect(findOwnCommand(args)).toBeUndefined();
});

test.each([
  [['proxy', 'frobnicate'], /^proxy: There is no command "frobnicate"\.$/],
  [['proxy', 'start', '--nope'], /^proxy: Unknown option '--nope'\.$/],
  [['proxy', '--port'], /^proxy: Option '--port <value>' argument missing\.$/],
  [['serve', 'the', 'files'], /^serve: There is no command "the"\.$/],
  // it takes operands, so its word is always ours; codex takes a prompt in one argument anyway
  [['config', 'the', 'linter'], /^config: There is no command "the"\.$/],
  [['proxy', 'start', '--prt', '3'], /^proxy: there is no option --prt\.$/],
  [['serve', '--host', '127.0.0.1', '--newkey'], /^serve: there is no option --newkey\.$/],
  [['setup', '--provder', 'zai'], /^setup: there is no option --provder\.$/],
  [['check', '--jsn'], /^check: there is no option --jsn\.$/],
  [['serve', '--json'], /^serve: Unknown option '--json'\.$/],
])('%j is a mistake, and no prompt', (args, message) => {
  expect(() => findOwnCommand(args)).toThrow(message);
});

test.each([[['proxy', '--help']], [['proxy', 'start', '-h']], [['serve', '--help']]])('%j asks for help', (args) => {
  expect(findOwnCommand(args)?.options).toEqual({ help: true });
});

test('no command of ours hides one of codex', () => {
  for (const name of Object.keys(ownCommands)) expect(findSubcommand(name)).toBeUndefined();
});
