import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { providers } from '../../../src/catalog/catalog.ts';
import { quirkNames, reasoningControls } from '../../../src/catalog/provider.ts';
import { ownCommands } from '../../../src/cli/arguments/command-table.ts';
import { findOwnCommand } from '../../../src/cli/arguments/own-command.ts';
import { splitOwnFlags } from '../../../src/cli/arguments/own-flags.ts';
import { readInvocation } from '../../../src/codex/arguments.ts';
import { overrideKeys } from '../../../src/config/provider-overrides.ts';
import { referenceVariables, relayModelMap } from '../../../src/config/reference-variables.ts';
import { parseSettings } from '../../../src/config/settings-file.ts';
import { settingsTable } from '../../../src/config/setting-table.ts';
import { glmCodes } from '../../../src/provider/failure-table.ts';
import { repositoryRoot } from '../../helpers/test-place.ts';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');

/** A page in both languages. */
const both = (name: string) => [`docs/${name}.md`, `docs/${name}.zh-CN.md`];

function missingIn(path: string, words: readonly string[]): string[] {
  const text = read(path);
  return [...new Set(words)].filter((word) => !text.includes(word));
}

test.each(both('settings'))('%s names every setting and every variable', (path) => {
  const own = settingsTable.flatMap(({ key, flag, variable }) =>
    [key, flag, variable].filter((word) => word !== undefined),
  );
  const others = referenceVariables.map(({ variable }) => variable);
  expect(missingIn(path, [...own, ...others, relayModelMap])).toEqual([]);
});

test.each(both('providers'))('%s names every provider with its address and variables', (path) => {
  const words = providers.flatMap(({ id, baseUrl, keyVariables, baseUrlVariables, mainModel, fastModel }) => [
    `\`${id}\``,
    baseUrl,
    ...keyVariables,
    ...baseUrlVariables,
    mainModel,
    fastModel,
  ]);
  expect(missingIn(path, words)).toEqual([]);
});

test.each(both('providers'))('%s names every key of [providers] with its words', (path) => {
  const words = [...overrideKeys, ...quirkNames, ...reasoningControls.filter((name) => name !== 'thinking_budget')];
  expect(
    missingIn(
      path,
      words.map((word) => `\`${word}\``),
    ),
  ).toEqual([]);
});

test.each(both('troubleshooting'))('%s explains every code', (path) => {
  const codes = [...read('src/errors/codes.ts').matchAll(/\| '([A-Z_]+)'/g)].map(([, code]) => `\`${code}\``);
  expect(codes.length).toBeGreaterThan(30);
  expect(missingIn(path, codes)).toEqual([]);
});

test.each(both('troubleshooting'))('%s explains every code of GLM', (path) => {
  const text = read(path);
  const cells = [...text.matchAll(/^\| (`-?\d{1,4}`.*?) \|/gm)].map(([, cell = '']) => cell);
  const isNamed = (code: string) =>
    cells.some((cell) => {
      if (cell.includes(`\`${code}\``)) return true;
      // `1000` to `1004`
      const ranges = [...cell.matchAll(/`(\d+)` *(?:to|到) *`(\d+)`/g)];
      return ranges.some(([, first, last]) => Number(first) <= Number(code) && Number(code) <= Number(last));
    });
  expect(Object.keys(glmCodes).filter((code) => !isNamed(code))).toEqual([]);
});

/** The fixed words of every line that is told without a code. */
const lines = [
  'is set, so',
  'codex has asked nothing yet: it may wait for the end of standard input',
  'is newer than',
  'is older than',
  'not taken over from',
  'is set to another key and stands before this one',
  "what the catalog knows; the server's own list is not to be had",
  "the plan's quota is not known",
  'could not be written',
];

test.each(both('troubleshooting'))('%s explains every line without a code', (path) => {
  expect(missingIn(path, lines)).toEqual([]);
});

test('these are all lines without a code', () => {
  const files = readdirSync(join(repositoryRoot, 'src'), { recursive: true, encoding: 'utf8' });
  const source = files.filter((name) => name.endsWith('.ts')).map((name) => read(`src/${name}`));
  const text = source.join('\n');
  for (const line of lines) expect(text).toContain(line);
  const told = [...text.matchAll(/\bnotice\(\s*([`'][^]*?)\);\n/g)].map(([, words = '']) => words);
  expect(told.length).toBeGreaterThan(2);
  expect(told.filter((words) => !lines.some((line) => words.includes(line)))).toEqual([]);
});

test.each(both('migration'))('every row of %s leads to a test or a page, or says why not and what instead', (path) => {
  const rows = read(path)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| [\w-]+ \| \| /.test(line))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
  expect(rows.length).toBeGreaterThan(100);
  for (const [, what, verdict, here = ''] of rows) {
    expect(['✓', 'declined', '不提供'], what).toContain(verdict);
    if (verdict === '✓') expect(here, what).toMatch(/\]\(\.\.\/test\/|\]\(\.\.\/compose\.yaml/);
    else expect(here.length, what).toBeGreaterThan(7);
  }
});

test.each(both('use-cases'))('%s shows every command of ours', (path) => {
  expect(
    missingIn(
      path,
      Object.keys(ownCommands).map((name) => `codex-glm ${name}`),
    ),
  ).toEqual([]);
});

const pages = [
  ...readdirSync(join(repositoryRoot, 'docs')).map((name) => `docs/${name}`),
  'README.md',
  'README.zh-CN.md',
].filter((path) => path.endsWith('.md'));

test.each(pages)('links of %s lead to files', (path) => {
  const links = [...read(path).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target ?? '');
  const broken = links.filter(
    (target) => !/^https?:/.test(target) && !existsSync(join(repositoryRoot, dirname(path), target)),
  );
  expect(broken).toEqual([]);
});

/** Lines of shell blocks without their comments. */
function shellLines(path: string): string[] {
  const blocks = [...read(path).matchAll(/```sh\n([^]*?)```/g)];
  return blocks.flatMap(([, block = '']) => block.split('\n')).map((line) => line.replace(/\s+#.*$/, ''));
}

/** Those that run codex-glm, as argument lists. */
function commandsIn(path: string): string[][] {
  const runs = shellLines(path).map((line) => /(?:^|\| )codex-glm\b(.*)$/.exec(line));
  return runs.flatMap((run) => (run ? [words(run[1] ?? '')] : []));
}

function words(text: string): string[] {
  return [...text.replace(/<\S+/g, '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

test.each(pages)('every command in %s is understood', (path) => {
  for (const args of commandsIn(path)) {
    const { codexArguments, isForCodex } = splitOwnFlags(args);
    const own = isForCodex ? undefined : findOwnCommand(codexArguments);
    const [word = ''] = codexArguments;
    // what looks like a command of ours must not end up as a prompt
    if (!isForCodex && Object.hasOwn(ownCommands, word)) expect([path, args, own]).not.toContain(undefined);
    if (!own) readInvocation(codexArguments);
  }
});

test.each(pages)('every settings example in %s is taken', (path) => {
  for (const [, block = ''] of read(path).matchAll(/```toml\n([^]*?)```/g)) {
    expect(parseSettings(block, path, {}).exists).toBe(true);
  }
});

/** For those who change the code, and made by a program. */
const englishOnly = ['docs/architecture.md', 'docs/benchmarks.md'];
const translated = pages.filter((path) => !path.endsWith('.zh-CN.md') && !englishOnly.includes(path));

test.each(translated)('%s has a twin in Chinese, and each leads to the other', (path) => {
  const twin = path.replace(/\.md$/, '.zh-CN.md');
  expect(headings(read(twin))).toBe(headings(read(path)));
  // prompts are translated
  const [english, chinese] = [path, twin].map((page) => shellLines(page).map((line) => line.replace(/".*"/, '""')));
  expect(chinese).toEqual(english);
  expect(read(path)).toContain(`](${basename(twin)})`);
  expect(read(twin)).toContain(`](${basename(path)})`);
});

test.each(['README.md', 'README.zh-CN.md'])('%s leads to every page', (path) => {
  const isChinese = path.includes('zh-CN');
  const wanted = pages.filter((page) => page.includes('zh-CN') === isChinese && page.startsWith('docs/'));
  expect(missingIn(path, wanted)).toEqual([]);
});

function headings(text: string): string | undefined {
  return text.match(/^#+ /gm)?.join('');
}
