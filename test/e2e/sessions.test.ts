import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderContents } from '../helpers/folder-contents.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

function threadOf(stderr: string): string {
  return /^session id: (\S+)$/m.exec(stderr)?.[1] ?? 'none';
}

async function writeUserHome(place: TestPlace, files: Record<string, string>): Promise<string> {
  const home = join(place.userHome, '.codex');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(home, path, '..'), { recursive: true });
    await writeFile(join(home, path), text);
  }
  return home;
}

test('a thread goes on under another provider and another model, by --last and by id', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(() => ({ text: 'Noted.' }));
  const zai = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec'];
  const environment = { ZAI_API_KEY: 'k' };
  const first = await runLauncher(place, ['--provider', 'demo', 'exec', 'remember the word plum']);
  const thread = threadOf(first.stderr);
  const second = await runLauncher(place, [...zai, 'resume', '--last', 'what word?'], { environment });
  expect(threadOf(second.stderr)).toBe(thread);
  expect(JSON.stringify(provider.requests[0]?.body.messages)).toContain('plum');
  const third = await runLauncher(place, [...zai, '-m', 'glm-5.2', 'resume', thread, 'again'], { environment });
  expect(third.status).toBe(0);
  expect(threadOf(third.stderr)).toBe(thread);
  expect(provider.requests[1]?.body.model).toBe('glm-5.2');
  expect(JSON.stringify(provider.requests[1]?.body.messages)).toContain('what word?');
});

test("sessions = shared: threads live in the user's own codex home, whose files stay as they are", async () => {
  const place = await testPlace();
  const own = await writeUserHome(place, {
    'config.toml':
      'model = "gpt-5.5"\nmodel_provider = "nowhere"\n# mine\n[model_providers.nowhere]\nname = "x"\nbase_url = "http://127.0.0.1:9"\n',
    'AGENTS.md': 'Be kind.',
    'skills/mine/SKILL.md': '---\nname: mine\ndescription: mine\n---\n',
  });
  const before = await folderContents(own);
  const environment = { CODEX_GLM_SESSIONS: 'shared' };
  const first = await runLauncher(place, ['--provider', 'demo', 'exec', 'hi'], { environment });
  expect(first).toMatchObject({ status: 0, stderr: expect.stringContaining('model: glm-5.3') });
  const second = await runLauncher(place, ['--provider', 'demo', 'exec', 'resume', '--last', 'hi'], { environment });
  expect(threadOf(second.stderr)).toBe(threadOf(first.stderr));
  const after = await folderContents(own);
  expect(after).toMatchObject(before);
  expect(Object.keys(after).filter((path) => path.startsWith('sessions/'))).toHaveLength(1);
  expect(Object.keys(after).some((path) => path.startsWith('packages/'))).toBe(false);
});

test("a legacy profile in the user's file: no matter to us, a clear word where codex itself would refuse it", async () => {
  const place = await testPlace();
  await writeUserHome(place, { 'config.toml': 'profile = "x"\n[profiles.x]\nmodel = "y"\n' });
  expect((await runLauncher(place, ['--provider', 'demo', 'exec', 'hi'])).status).toBe(0);
  const shared = await runLauncher(place, ['--provider', 'demo', 'exec', 'hi'], {
    environment: { CODEX_GLM_SESSIONS: 'shared' },
  });
  expect(shared).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/"profile" key[^]*\[CODEX_HOME_UNUSABLE\]/),
  });
});

test("the user's instructions, skills, rules and MCP servers follow, and nothing is written there", async () => {
  const place = await testPlace();
  const own = await writeUserHome(place, {
    'AGENTS.md': 'Always say plum.',
    'skills/plum/SKILL.md': '---\nname: plum-skill\ndescription: all about plums\n---\nEat.',
    'rules/default.rules': 'prefix_rule(pattern=["rm"], decision="forbidden")\n',
    'config.toml': `model = "gpt-5.5"\n[mcp_servers.tiny]\ncommand = "node"\nargs = ["${join(import.meta.dirname, '../helpers/tiny-mcp-server.mjs')}"]\n`,
  });
  const before = await folderContents(own);
  const provider = await startStrictProvider(() => ({ text: 'Plum.' }));
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'hi'];
  const run = (environment = {}) => runLauncher(place, args, { environment: { ZAI_API_KEY: 'k', ...environment } });

  expect(await run()).toMatchObject({ status: 0, stderr: expect.not.stringMatching(/codex-glm:|ERROR/) });
  const seen = JSON.stringify(provider.requests[0]?.body);
  for (const expected of ['Always say plum.', 'plum-skill', 'mcp__tiny__']) expect(seen).toContain(expected);

  expect((await run({ CODEX_GLM_INHERIT: 'agents' })).status).toBe(0);
  const partly = JSON.stringify(provider.requests[1]?.body);
  expect(partly).toContain('Always say plum.');
  expect(partly).not.toMatch(/plum-skill|mcp__tiny__/);

  expect((await run({ CODEX_GLM_INHERIT: 'none' })).status).toBe(0);
  expect(JSON.stringify(provider.requests[2]?.body)).not.toMatch(/Always say plum|plum-skill|mcp__tiny__/);
  expect(await folderContents(own)).toEqual(before);
});

test("the user's rules, hooks and prompts follow, and can be left behind", async () => {
  const place = await testPlace();
  const hooked = join(place.userHome, 'hook-ran');
  const hook = { hooks: { SessionStart: [{ hooks: [{ type: 'command', command: `touch ${hooked}` }] }] } };
  await writeUserHome(place, {
    'rules/default.rules': 'prefix_rule(pattern=["touch"], decision="forbidden")\n',
    'hooks.json': JSON.stringify(hook),
    'prompts/plum.md': 'Say plum.',
  });
  const provider = await startStrictProvider((_request, index) =>
    index % 2 === 0 ? { calls: [{ name: 'exec_command', arguments: { cmd: 'touch made' } }] } : { text: 'Done.' },
  );
  const flags = ['--sandbox', 'workspace-write', '--dangerously-bypass-hook-trust'];
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', ...flags, 'go'];
  const run = (environment = {}) => runLauncher(place, args, { environment: { ZAI_API_KEY: 'k', ...environment } });

  expect((await run()).status).toBe(0);
  expect(JSON.stringify(provider.requests[1]?.body.messages.at(-1))).toMatch(/forbidden|rejected|policy/i);
  expect(existsSync(join(place.workFolder, 'made'))).toBe(false);
  expect(existsSync(hooked)).toBe(true);
  expect(await readFile(join(place.glmHome, 'codex-home/prompts/plum.md'), 'utf8')).toBe('Say plum.');

  await rm(hooked);
  expect((await run({ CODEX_GLM_INHERIT: 'none' })).status).toBe(0);
  expect(existsSync(join(place.workFolder, 'made'))).toBe(true);
  expect(existsSync(hooked)).toBe(false);
  expect(existsSync(join(place.glmHome, 'codex-home/prompts/plum.md'))).toBe(false);
});

test('what our own codex home has stands, and a conflict is told once', async () => {
  const place = await testPlace();
  await writeUserHome(place, { 'AGENTS.md': 'theirs', 'config.toml': '[mcp_servers.a]\ncommand = "theirs"\n' });
  await mkdir(join(place.glmHome, 'codex-home'), { recursive: true });
  await writeFile(join(place.glmHome, 'codex-home/AGENTS.md'), 'ours');
  const added = await runLauncher(place, ['mcp', 'add', 'a', '--', 'ours'], {
    environment: { CODEX_GLM_INHERIT: 'none' },
  });
  expect(added.status).toBe(0);
  const first = await runLauncher(place, ['mcp', 'list', '--json']);
  expect(JSON.parse(first.stdout)).toMatchObject([{ name: 'a', transport: { command: 'ours' } }]);
  expect(first.stderr).toMatch(/^codex-glm: not taken over from .*: AGENTS\.md, mcp_servers\.a\. .*\n$/);
  expect((await runLauncher(place, ['mcp', 'list'])).stderr).toBe('');
});
