/** What the project's workflows may do, and on what they build. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../helpers/test-place.ts';

const folder = join(repositoryRoot, '.github/workflows');
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
const release = workflows.find(([name]) => name === 'release.yml')?.[1] ?? '';

describe.each(workflows)('%s', (_, text) => {
  it('names a version of every action', () => {
    const used = [...text.matchAll(/uses: *(\S+)/g)].map(([, action]) => action ?? '');
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^(\.\/|[\w-]+\/[\w./-]+@(v\d+(\.\d+){0,2}|[0-9a-f]{40})$)/);
  });

  it('begins with as few permissions as can be, and leaves no token in the checkout', () => {
    expect(text).toMatch(/^permissions: *(\{\}|\n {2}contents: read)$/m);
    expect(text).not.toMatch(/write-all|pull_request_target/);
    expect((text.match(/actions\/checkout@/g) ?? []).length).toBe(
      (text.match(/persist-credentials: false/g) ?? []).length,
    );
    // values of others (titles, branch names) in a script would be run by the shell
    for (const [, expression] of text.matchAll(/run: .*\$\{\{ *([^}]*?) *\}\}/g))
      expect(expression).not.toMatch(/github\.(event|head_ref)/);
  });
});

it('a release is built without, and published with, what it takes to sign it', () => {
  const [, build = '', publish = '', last = ''] = release.split(/^ {2}(?:build|publish|release):$/m);
  expect(build).toContain('npm sbom');
  expect(build).toMatch(/permissions:\n {6}contents: read\n/);
  expect(build).not.toMatch(/id-token|write/);
  // `npm publish release/x.tgz` would look for the repository x.tgz of the user `release`
  expect(publish).toMatch(/npm publish --provenance .*\.\/release\/\*\.tgz$/m);
  expect(publish).toContain('id-token: write');
  expect(publish).not.toMatch(/npm (ci|test|run)|contents: write|NPM_TOKEN|NODE_AUTH_TOKEN/);
  expect(last).toContain('contents: write');
  expect(last).not.toContain('id-token');
});
