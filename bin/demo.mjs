#!/usr/bin/env node
// `npm run demo`: the main job offline. The real codex binary, the real proxy, and a scripted provider instead of a model.
// Leaves the checkout and the user's own homes as they were.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'codex-glm-demo-'));
// Not below the temporary folder: codex warns about a home there.
const home = join(root, '.test-homes', 'demo');
const prompt = 'Create hello.js that prints hello';

const environment = { ...process.env, CODEX_GLM_HOME: home };
for (const name of ['CODEX_GLM_PROVIDER', 'CODEX_GLM_BASE_URL', 'CODEX_GLM_MODEL']) delete environment[name];

console.log(`$ cd ${folder}\n$ codex-glm --provider demo exec --skip-git-repo-check "${prompt}" --full-auto\n`);
const { status, signal } = spawnSync(
  process.execPath,
  [join(root, 'bin/codex-glm.js'), '--provider', 'demo', 'exec', '--skip-git-repo-check', prompt, '--full-auto'],
  { cwd: folder, env: environment, stdio: ['ignore', 'inherit', 'inherit'] },
);

const created = join(folder, 'hello.js');
if (status === 0 && existsSync(created)) {
  console.log(`
What happened: codex-glm started its proxy and the real codex. Codex talked to a scripted provider, looked at the folder,
created the file, ran it and reported. Then everything was stopped again.

Folder:     ${folder}
Codex home: ${join(home, 'codex-home')}

hello.js:
${readFileSync(created, 'utf8')}`);
} else {
  console.error(`\nThe demo did not work: codex ended with ${signal ?? `status ${status}`}; see its words above.`);
  if (status === 127) {
    console.error(
      'The codex binary for this platform is missing. Run `npm ci` without --omit=optional, then try again.',
    );
  }
  process.exitCode = status || 1;
}
