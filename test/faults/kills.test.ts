import { spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { within } from '../helpers/deadline.ts';
import { folderContents } from '../helpers/folder-contents.ts';
import { leftProcesses, listenersOf, processesOf } from '../helpers/processes.ts';
import { launcherPath, runLauncher } from '../helpers/run-launcher.ts';
import { codexOf } from '../helpers/shell-command-run.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const rounds = Number(process.env['KILL_ROUNDS'] ?? 200);
const atOnce = 4;
/** Longer than a run takes until its shell command has begun; runs that start at once take their turn. */
const latestKillMs = 2500;
const signals = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGINT', 'SIGKILL'] as const;

/** Mulberry32: the same moments in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Kills one run at its moment. Resolves when the launcher has ended. */
async function killOnce(place: TestPlace, baseUrl: string, killAfterMs: number, signal: NodeJS.Signals): Promise<void> {
  const args = ['--provider', 'zai', '--base-url', baseUrl, 'exec', '--dangerously-bypass-approvals-and-sandbox', 'go'];
  const child = spawn(process.execPath, [launcherPath, ...args], {
    cwd: place.workFolder,
    env: { ...place.environment, ZAI_API_KEY: 'k', TEST_PLACE: place.mark },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await delay(killAfterMs);
  child.kill(signal);
  await within(20_000, `end by ${signal} after ${killAfterMs} ms`, ended);
}

test(`${rounds} kills at random moments, a shell command running included, leave nothing`, async () => {
  const place = await testPlace();
  // the user's own codex home, from which things are taken over
  const userCodexHome = join(place.userHome, '.codex');
  await mkdir(join(userCodexHome, 'rules'), { recursive: true });
  await writeFile(join(userCodexHome, 'AGENTS.md'), 'Be kind.');
  await writeFile(join(userCodexHome, 'rules/default.rules'), 'prefix_rule(pattern=["rm"], decision="forbidden")\n');
  await writeFile(join(userCodexHome, 'config.toml'), '[mcp_servers.gone]\ncommand = "false"\nenabled = false\n');
  const userBefore = await folderContents(place.userHome);
  // GLM itself would answer for ever: each answer is one more command
  const provider = await startStrictProvider(() => ({
    calls: [{ name: 'exec_command', arguments: { cmd: 'sleep 300' } }],
  }));
  const random = randomNumbers(20_261_121);
  const plan = Array.from({ length: rounds }, (_, index) => ({
    mark: `${place.mark}-${index}-`,
    killAfterMs: Math.round(random() * latestKillMs),
    signal: signals[Math.floor(random() * signals.length)] ?? 'SIGTERM',
  }));

  const left: string[] = [];
  const queue = [...plan];
  const worker = async () => {
    for (let kill = queue.shift(); kill; kill = queue.shift()) {
      const own = { ...place, mark: kill.mark };
      await killOnce(own, provider.baseUrl, kill.killAfterMs, kill.signal);
      // after SIGKILL codex may go on until it has noticed: looked at in the end
      if (kill.signal === 'SIGKILL') continue;
      for (const { command } of await leftProcesses(own))
        left.push(`${kill.signal} after ${kill.killAfterMs} ms: ${command}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  expect(left).toEqual([]);
  // each answer was a command: some runs lived that long
  expect(provider.requests.length).toBeGreaterThan(rounds / 20);

  await expect.poll(() => codexOf(place), { timeout: 60_000, interval: 500 }).toEqual([]);
  expect((await runLauncher(place, ['--provider', 'demo', 'exec', 'hi'])).status).toBe(0);
  expect(await leftProcesses(place)).toEqual([]);
  expect(await listenersOf(await processesOf(place))).toEqual([]);
  expect(await readdir(join(place.glmHome, 'run'))).toEqual([]);
  const ours = ['', 'catalogs', 'codex-home'].map((name) => readdir(join(place.glmHome, name)));
  expect((await Promise.all(ours)).flat().filter((name) => /\.\d+\.[0-9a-f]{8}-|\.lock/.test(name))).toEqual([]);
  // codex's bundled sandbox keeps one lock folder per user there (seen with 0.169), with or without codex-glm
  expect((await readdir(place.tempFolder)).filter((name) => !name.startsWith('codex-bwrap-'))).toEqual([]);
  expect(await folderContents(place.userHome)).toEqual(userBefore);
});
