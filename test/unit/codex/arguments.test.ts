import { describe, expect, test } from 'vitest';
import { readInvocation } from '../../../src/codex/arguments.ts';

function words(line: string): string[] {
  return line.split(' ').filter(Boolean);
}

describe('--full-auto', () => {
  test.each([
    // exec, in every position
    ['exec --full-auto do', 'exec --sandbox workspace-write do'],
    ['exec do --full-auto', 'exec --sandbox workspace-write do'],
    ['--full-auto exec do', 'exec --sandbox workspace-write do'],
    ['--full-auto e --full-auto do', 'e --sandbox workspace-write do'],
    ['-m glm-5.2 --full-auto exec do', '-m glm-5.2 exec --sandbox workspace-write do'],
    ['exec -i a.png b.png --full-auto do', 'exec --sandbox workspace-write -i a.png b.png do'],
    ['exec resume --last --full-auto do', 'exec --sandbox workspace-write resume --last do'],
    ['prompt exec --full-auto', 'prompt exec --sandbox workspace-write'],
    // the TUI and its relatives
    ['--full-auto', '--sandbox workspace-write -a on-request'],
    ['do --full-auto', '--sandbox workspace-write -a on-request do'],
    ['resume --last --full-auto', 'resume --sandbox workspace-write -a on-request --last'],
    ['--full-auto fork --last', 'fork --sandbox workspace-write -a on-request --last'],
    // review has neither option
    ['review --full-auto --uncommitted', 'review -c sandbox_mode="workspace-write" --uncommitted'],
  ])('%s becomes %s', (given, expected) => {
    expect(readInvocation(words(given)).arguments).toEqual(words(expected));
  });

  test.each([
    ['exec -s read-only --full-auto do', 'exec -s read-only do'],
    ['exec -sread-only --full-auto do', 'exec -sread-only do'],
    ['-s=read-only exec --full-auto do', '-s=read-only exec do'],
    ['exec --full-auto --sandbox=danger-full-access do', 'exec --sandbox=danger-full-access do'],
    ['exec --full-auto -c sandbox_mode=read-only do', 'exec -c sandbox_mode=read-only do'],
    ['exec --full-auto --yolo do', 'exec --yolo do'],
    ['--full-auto --dangerously-bypass-approvals-and-sandbox', '--dangerously-bypass-approvals-and-sandbox'],
    ['--full-auto --approve-for-me', '--approve-for-me'],
    ['--full-auto -a never', '--sandbox workspace-write -a never'],
    ['--full-auto -s read-only', '-a on-request -s read-only'],
    ['--full-auto --config approval_policy="never"', '--sandbox workspace-write --config approval_policy="never"'],
  ])('the own choice wins in: %s', (given, expected) => {
    expect(readInvocation(words(given)).arguments).toEqual(words(expected));
  });

  test.each([
    ['behind --', 'exec do -- --full-auto'],
    ['as the value of an option', 'exec -m --full-auto do'],
    ['as the value of -i', '-i --full-auto'],
    ['as an argument of another program', 'sandbox ls --full-auto'],
    ['of a subcommand that never had it', 'app-server --full-auto'],
  ])('stays %s', (_, line) => {
    expect(readInvocation(words(line)).arguments).toEqual(words(line));
  });

  test('before a plain subcommand, where it never meant anything, is dropped', () => {
    expect(readInvocation(words('--full-auto mcp list')).arguments).toEqual(['mcp', 'list']);
  });
});

test.each([
  ['exec', '-', '--json'],
  ['--', 'exec', '--full-auto'],
  ['-c', 'a=b', '--enable', 'x', '-m=y', 'resume', '', '--last', '日本語 "quoted"'],
])('without --full-auto the arguments stay as they are: %s', (...args) => {
  expect(readInvocation(args).arguments).toEqual(args);
});

test.each([
  ['', 'session'],
  ['fix the bug', 'session'],
  ['newcommand', 'session'],
  ['exec do', 'session'],
  ['e do', 'session'],
  ['review', 'session'],
  ['resume --last', 'session'],
  ['fork', 'session'],
  ['app-server', 'session'],
  ['app-server --listen stdio://', 'session'],
  ['-- mcp', 'session'],
  ['-m mcp', 'session'],
  ['-i a.png mcp', 'session'],
  ['exec -- --help', 'session'],
  ['exec -m --version do', 'session'],
  ['app-server generate-ts --out x', 'plain'],
  ['exec --help', 'plain'],
  ['exec help', 'plain'],
  ['mcp list', 'plain'],
  ['-c a=b completion bash', 'plain'],
  ['a 123', 'plain'],
  ['login', 'plain'],
  ['--version', 'plain'],
  ['-h', 'plain'],
  ['help', 'plain'],
])('"%s" is a %s command', (line, kind) => {
  expect(readInvocation(words(line)).kind).toBe(kind);
});

test.each([
  ['--help', 'help'],
  ['-h', 'help'],
  ['help', 'help'],
  ['-V', 'version'],
  ['--version', 'version'],
  ['exec --help', undefined],
  ['help exec', undefined],
  ['mcp --version', undefined],
  ['exec do', undefined],
])('"%s" asks for %s of the whole program', (line, asksFor) => {
  expect(readInvocation(words(line)).asksFor).toBe(asksFor);
});

test.each([
  ['-m one exec', 'one'],
  ['exec --model=two do', 'two'],
  ['exec -mthree', 'three'],
  ['-c model="four" exec', 'four'],
  ['exec -c model=six -c other=x', 'six'],
  ['exec -c model=six -m seven', 'seven'],
  ['-m one exec -m two', 'two'],
  ['exec -- -m eight', undefined],
  ['exec model', undefined],
])('the model asked for by "%s" is %s', (line, model) => {
  expect(readInvocation(words(line)).model).toBe(model);
});

test('only subcommands without a TUI end on an interrupt', () => {
  const lines = ['exec do', 'e do', 'review', '', 'resume', 'app-server', 'mcp list', 'exec --help'];
  expect(lines.filter((line) => readInvocation(words(line)).endsOnInterrupt)).toEqual(['exec do', 'e do', 'review']);
});
