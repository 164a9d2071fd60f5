import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindCompletion, type OwnWord } from '../../../src/codex/bind-completion.ts';
import { findCodex } from '../../../src/launch/binary/find-codex.ts';
import { isWindows } from '../../helpers/systems.ts';
import { testHomes } from '../../helpers/test-place.ts';

const codexHome = join(testHomes, 'completion');
beforeAll(() => mkdirSync(codexHome, { recursive: true }));
afterAll(() => rmSync(codexHome, { recursive: true, force: true, maxRetries: 5 }));

const own: OwnWord[] = [
  { word: '--provider', description: "who serves: [the] 'model'", takesValue: true },
  { word: '--no-stdin', description: 'none', takesValue: false },
  { word: 'setup', description: 'choose', takesValue: false },
];

/** The real codex's script, as it is and bound. */
function scripts(shell: string): { codex: string; bound: string } {
  const { executable } = findCodex({ environment: {} });
  const { stdout } = spawnSync(executable, ['completion', shell], {
    env: { CODEX_HOME: codexHome },
    encoding: 'utf8',
    maxBuffer: 1e8,
    timeout: 60_000,
  });
  expect(stdout.length).toBeGreaterThan(10_000);
  return { codex: stdout, bound: bindCompletion(stdout, own) };
}

test.each([
  ['bash', 'complete -F _codex_glm -o bashdefault -o default codex-glm', 'opts="--provider --no-stdin setup -c '],
  ['zsh', 'compdef _codex_glm codex-glm', `'--provider=[who serves\\: \\[the\\] '\\''model'\\'']:value:_default' \\\n`],
  ['fish', 'complete -c codex-glm -n "__fish_codex_glm_needs_command" -s m', '-l provider -r -d '],
  ['elvish', 'arg-completer[codex-glm]', `cand --provider 'who serves: [the] ''model'''\n`],
  ['powershell', `-CommandName 'codex-glm'`, `[CompletionResult]::new('setup', 'setup',`],
])('%s: bound to our name, with our words, and nothing lost', (shell, binding, word) => {
  const { codex, bound } = scripts(shell);
  expect(bound).toContain(binding);
  expect(bound).toContain(word);
  expect(bound.split('\n').length).toBeGreaterThanOrEqual(codex.split('\n').length);
  // nothing is defined that would replace codex's own completion
  expect(bound).not.toMatch(/^_codex\(\)|^function __fish_codex_(?!glm)|compdef _codex codex$|^complete .* codex$/m);
});

/** What bash offers, asked as bash asks. Both scripts are loaded. */
function completeInBash(words: readonly string[]): string[] {
  const { codex, bound } = scripts('bash');
  const [command = '', last = '', before = ''] = [words[0], words.at(-1), words.at(-2)];
  const ask = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1};
    $(complete -p ${command} | sed 's/.*-F \\([^ ]*\\).*/\\1/') ${command} '${last}' '${before}'; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc'], {
    input: `${codex}\n${bound}\n${ask}\n`,
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

test.skipIf(isWindows).each([
  [
    ['codex-glm', 'ex'],
    ['exec', 'execpolicy', 'exec-server'],
  ],
  [
    ['codex-glm', '--pro'],
    ['--provider', '--profile'],
  ],
  [['codex-glm', 'set'], ['setup']],
  [['codex-glm', '--provider', 'demo', 'exec', '--output-s'], ['--output-schema']],
  [['codex', '--pro'], ['--profile']],
])(
  'bash, which Windows has not, completes %j with %j',
  (words, expected) => {
    expect(completeInBash(words)).toEqual(expected);
  },
  90_000,
);

test('any other text stays as it is', () => {
  expect(bindCompletion('Usage: codex completion', own)).toBe('Usage: codex completion');
});
