import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { folderContents } from '../helpers/folder-contents.ts';
import { launcherPath, runLauncher } from '../helpers/run-launcher.ts';
import { startSimulatedGlm } from '../helpers/simulated-glm.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const key = 'canary-id.canary-secret';

async function place(): Promise<TestPlace> {
  const made = await testPlace();
  const glm = await startSimulatedGlm({ [key]: { region: 'zai', kind: 'plan' } });
  await mkdir(made.glmHome, { recursive: true });
  await writeFile(join(made.glmHome, 'config.toml'), glm.settings);
  return made;
}

const programs = ['/usr/bin/dbus-run-session', '/usr/bin/gnome-keyring-daemon'];

// a Secret Service of its own, which ends with the shell
test.skipIf(!programs.every((each) => existsSync(each)))(
  'a key in the keychain is found by every run and in no file (skipped without dbus-run-session and gnome-keyring)',
  async () => {
    const made = await place();
    const glm = `"${process.execPath}" "${launcherPath}"`;
    const script = [
      'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null',
      `printf '${key}' | ${glm} setup --yes --provider zai-coding --key-stdin --keychain`,
      `${glm} config print | grep '^key '`,
      `${glm} exec hello </dev/null`,
    ].join(' && ');
    const { stdout } = await promisify(execFile)('dbus-run-session', ['--', 'sh', '-c', script], {
      cwd: made.workFolder,
      env: made.environment,
      timeout: 60_000,
    });
    expect(stdout).toMatch(/^key +\(asked\) +keychain$/m);
    expect(stdout).toContain('codex-glm demo');
    const files = await folderContents(made.glmHome);
    expect(files['config.toml']).toContain('keychain = true');
    expect(JSON.stringify(files)).not.toContain('canary');
  },
);

test('without a keychain nothing is written, and the message says what else there is', async () => {
  const made = await place();
  const before = await folderContents(made.glmHome);
  const args = ['setup', '--yes', '--provider', 'zai-coding', '--key-stdin', '--keychain'];
  const run = await runLauncher(made, args, {
    input: key,
    environment: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' },
  });
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/keychain.*\n.*codex-glm setup \[KEYCHAIN_FAILED\]/);
  expect(await folderContents(made.glmHome)).toEqual(before);
});
