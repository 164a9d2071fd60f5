import { expect, test } from 'vitest';
import { splitOwnFlags } from '../../../../src/cli/arguments/own-flags.ts';

test.each([
  [[], {}, []],
  [['exec', 'do'], {}, ['exec', 'do']],
  [['--provider', 'demo', 'exec'], { provider: 'demo' }, ['exec']],
  [['--provider=demo', '--base-url=http://a/?b=c'], { provider: 'demo', baseUrl: 'http://a/?b=c' }, []],
  [['--keep-key-env', 'exec'], { keepKeyVariable: '1' }, ['exec']],
  // the first `--` is ours, the next is codex's
  [['--provider', 'demo', '--', '--', 'prompt'], { provider: 'demo' }, ['--', 'prompt']],
  [['--', '--provider', 'x'], {}, ['--provider', 'x']],
  [['exec', '--', '--provider', 'x'], {}, ['exec', '--', '--provider', 'x']],
  // behind codex's arguments they are codex's
  [['exec', '--provider', 'demo'], {}, ['exec', '--provider', 'demo']],
  [['-m', 'x', '--provider=demo'], {}, ['-m', 'x', '--provider=demo']],
])('%j', (args, flags, codexArguments) => {
  const split = splitOwnFlags(args);
  expect([split.flags, split.codexArguments]).toEqual([flags, codexArguments]);
});

test.each([
  [['check'], false],
  [['--', 'check'], true],
  [['--provider', 'demo', '--', 'check'], true],
  [['exec', '--', 'check'], false],
])('%j is for codex whatever it is called: %s', (args, expected) => {
  expect(splitOwnFlags(args).isForCodex).toBe(expected);
});

test.each([[['--provider']], [['--provider=']], [['--provider', '--base-url', 'x']], [['--keep-key-env=1', 'exec']]])(
  '%j is refused',
  (args) => {
    expect(() => splitOwnFlags(args)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  },
);

test.each([
  ['--provder', '--provider'],
  ['--provider-', '--provider'],
  ['--Provider', '--provider'],
  ['--porvider', '--provider'],
  ['--base_url', '--base-url'],
  ['--baseurl', '--base-url'],
  ['--wrie', '--wire'],
  ['--quite', '--quiet'],
  ['--use-json', '--usage-json'],
  ['-provider', '--provider'],
])('%s in front is refused, and %s is named', (option, meant) => {
  for (const args of [
    [option, 'demo', 'exec'],
    [`${option}=demo`, 'exec'],
    ['--quiet', option, 'x'],
  ]) {
    expect(() => splitOwnFlags(args)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: `There is no option ${option}. Did you mean ${meant}?`,
        hint: expect.stringContaining(`codex-glm -- ${option}`),
      }),
    );
  }
  // behind codex's own words it is codex's to judge
  expect(splitOwnFlags(['exec', option]).codexArguments).toEqual(['exec', option]);
  expect(splitOwnFlags(['--', option]).codexArguments).toEqual([option]);
});

test.each(['--profile', '--base', '--write', '--some-day-codex-has-this', '--stdin', '-p', '-provide', '--title', '-'])(
  '%s is for codex to judge',
  (option) => {
    expect(splitOwnFlags([option, 'x']).codexArguments).toEqual([option, 'x']);
  },
);
