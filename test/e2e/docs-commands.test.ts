/** Every line of every shell block in the documentation is run as it stands there, by bash, with the built command. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { leftProcesses } from '../helpers/processes.ts';
import { openTerminal } from '../helpers/pty.ts';
import { launcherPath } from '../helpers/run-launcher.ts';
import { startScriptedUpstream, stream, textChunks } from '../helpers/scripted-upstream.ts';
import { startSimulatedGlm } from '../helpers/simulated-glm.ts';
import { repositoryRoot, testPlace, type TestPlace } from '../helpers/test-place.ts';

const planKey = 'canary-plan.secret';
const payAsYouGoKey = 'canary-paid.secret';

/** What cannot run here, and why. */
const notRun: Readonly<Record<string, string>> = {
  'npm ci && npm run demo': 'would replace the packages that this test runs on; demo-command.test.ts runs the demo',
  'npm ci && npm test': 'would begin this test anew; continuous integration runs it',
  'npm install -g @openai/codex codex-glm': 'changes the machine; the packed package is installed by packed.test.ts',
  'npm run test:codex-versions': 'downloads eight versions of codex',
  'npm run test:codex-versions 0.130.0 0.163.0': 'downloads two versions of codex',
  'npm run test:live': "needs a real provider's key",
  [`curl http://127.0.0.1:8080/v1/chat/completions -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" -d '{"session_id": "demo", "messages": [{"role": "user", "content": "What is in this folder?"}]}'`]:
    'needs a server on a fixed port; serve-command.test.ts sends the same to one on a free port',
  'codex-glm serve --codex-home ~/.codex': 'needs a codex that is logged in at OpenAI',
};

/** What is answered at a terminal, with its first screen. */
const interactive: Readonly<Record<string, RegExp>> = {
  'codex-glm': /Who serves the model/,
  'codex-glm setup': /Who serves the model/,
  'codex-glm resume --last': /Trust this folder|fix the failing test/,
  'codex-glm --provider ollama': /Trust this folder/,
  'codex-glm --provider openai-compatible --base-url http://127.0.0.1:9000/v1 -m my-model': /Trust this folder/,
  'codex-glm serve': /chat server on http:\/\/127\.0\.0\.1:\d+\/v1/,
  'codex-glm --provider demo serve': /chat server on http:\/\/127\.0\.0\.1:\d+\/v1/,
  'codex-glm chat': />$/,
  'codex-glm "check the build"': /Trust this folder/,
  'codex-glm -- check': /Trust this folder/,
};

/** Words of the reader's that are others here. */
const substitutions: Readonly<Record<string, string>> = {
  'git diff origin/main': 'echo "+ a line"',
  '${fpath[1]}': '.',
};

/** Commands of somebody who has no key in the environment. */
const withoutKey = new Set([
  'codex-glm',
  'codex-glm setup',
  'printf %s "$KEY" | codex-glm setup --yes --provider zai-coding --key-stdin',
  'codex-glm setup --yes --provider zai --key-command "pass show glm" --fast-model glm-5.3-flash',
  'codex-glm check --json',
]);

const pages = ['README.md', ...readdirSync(join(repositoryRoot, 'docs')).map((name) => `docs/${name}`)].filter(
  (page) => page.endsWith('.md') && !page.endsWith('.zh-CN.md'),
);
const blocks = pages.flatMap((page) => shellBlocks(page).map((commands) => ({ page, commands, first: commands[0] })));
const commands = blocks.flatMap((block) => block.commands);

/** The commands of each shell block, without comments. */
function shellBlocks(page: string): string[][] {
  const text = readFileSync(join(repositoryRoot, page), 'utf8');
  return [...text.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = '']) =>
    block
      .replaceAll(/\s*\\\n\s*/g, ' ')
      .split('\n')
      .map((line) => line.replace(/(^|\s+)#.*$/, ''))
      .filter(Boolean),
  );
}

/** The vendor's accounts behind one block of commands, and what else the reader is expected to have. */
async function readersPlace(): Promise<TestPlace> {
  const place = await testPlace();
  onTestFinished(async () => {
    for (const { pid } of await leftProcesses(place, 0)) process.kill(pid, 'SIGKILL');
    expect(await leftProcesses(place)).toEqual([]);
  });
  const glm = await startSimulatedGlm({
    [planKey]: { region: 'zai', kind: 'plan' },
    [payAsYouGoKey]: { region: 'zai', kind: 'pay-as-you-go' },
  });
  const deepseek = await startScriptedUpstream(stream(textChunks('A repository.')));
  onTestFinished(() => deepseek.close());
  await mkdir(place.glmHome, { recursive: true });
  const settings = `${glm.settings}[providers.deepseek]\nbase_url = "${deepseek.baseUrl}"\n`;
  await writeFile(join(place.glmHome, 'config.toml'), settings);
  const programs = join(dirname(place.workFolder), 'bin');
  await symlink(launcherPath, join(programs, 'codex-glm'));
  await writeFile(join(programs, 'pass'), `#!/bin/sh\necho ${payAsYouGoKey}\n`, { mode: 0o755 });
  for (const folder of ['.config/fish/completions', 'work']) {
    await mkdir(join(place.userHome, folder), { recursive: true });
  }
  Object.assign(place.environment, { KEY: planKey, CODEX_GLM_SERVE_PORT: '0' });
  return place;
}

function withKeyFor(command: string, place: TestPlace): TestPlace {
  if (withoutKey.has(command)) return place;
  const keys = { ZAI_API_KEY: planKey, DEEPSEEK_API_KEY: 'canary-deepseek' };
  return { ...place, environment: { ...place.environment, ...keys } };
}

async function runToTheEnd(place: TestPlace, command: string): Promise<void> {
  const line = Object.entries(substitutions).reduce((text, [from, to]) => text.replaceAll(from, to), command);
  const run = await execa('bash', ['-euo', 'pipefail', '-c', line], {
    cwd: place.workFolder,
    env: place.environment,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: 30_000,
  });
  expect({ command, status: run.exitCode, stderr: run.exitCode === 0 ? '' : run.stderr }).toEqual({
    command,
    status: 0,
    stderr: '',
  });
  // also of those whose status a shell does not tell, as in `source <(...)`
  expect(run.stderr).not.toMatch(/\[[A-Z_]+\]$/m);
}

async function openFirstScreen(place: TestPlace, command: string, screen: RegExp): Promise<void> {
  const terminal = openTerminal(place, 'bash', ['-c', command]);
  await terminal.waitFor(screen);
  terminal.sendSignal('SIGTERM');
  await terminal.waitForExit();
}

const blocksToRun = blocks.filter((block) => block.commands.some((command) => !Object.hasOwn(notRun, command)));

test.each(blocksToRun)('the commands of $page from `$first` on work', async ({ commands: lines }) => {
  const place = await readersPlace();
  for (const command of lines.filter((line) => !Object.hasOwn(notRun, line))) {
    const screen = interactive[command];
    if (screen) await openFirstScreen(withKeyFor(command, place), command, screen);
    else await runToTheEnd(withKeyFor(command, place), command);
  }
});

test('what the lists above name stands in the documentation', () => {
  const named = [...Object.keys(notRun), ...Object.keys(interactive), ...withoutKey];
  expect(named.filter((command) => !commands.includes(command))).toEqual([]);
  const words = Object.keys(substitutions);
  expect(words.filter((word) => !commands.some((command) => command.includes(word)))).toEqual([]);
});
