import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderContents } from '../helpers/folder-contents.ts';
import { expectScreen, openLauncher, steadyScreen, type LauncherTerminal } from '../helpers/pty.ts';
import { startSimulatedGlm } from '../helpers/simulated-glm.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const key = 'canary-id.canary-secret';

/** A new user, but for the addresses: they lead to the simulated vendor. */
async function newUser(): Promise<TestPlace> {
  const place = await testPlace();
  const glm = await startSimulatedGlm({ [key]: { region: 'zai', kind: 'plan' } });
  await mkdir(place.glmHome, { recursive: true });
  await writeFile(join(place.glmHome, 'config.toml'), glm.settings);
  return place;
}

function steadyIn(place: TestPlace): (screen: string) => string {
  return (screen) => {
    const text = screen.replaceAll(place.glmHome, '<home>').replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://<simulated>');
    // boxes are as wide as the longest path
    return steadyScreen(text, place)
      .replace(/─{3,}/g, '───')
      .replace(/ +│$/gm, ' │');
  };
}

/** From the first question to the one about the key, for somebody who knows nothing but the vendor. */
async function reachKey(terminal: LauncherTerminal): Promise<void> {
  await terminal.waitFor(/Who serves the model/);
  terminal.press('enter');
  await terminal.waitFor(/Which endpoint/);
  terminal.press('enter');
  await terminal.waitFor(/Where is the API key/);
}

test('a new user gets from `codex-glm` through the setup to an answer in the TUI', async () => {
  const place = await newUser();
  const terminal = openLauncher(place, ['--full-auto']);
  const steady = steadyIn(place);
  await terminal.waitFor(/Demo/);
  await expectScreen(terminal, 'setup-vendor.txt', steady);
  await reachKey(terminal);
  await expectScreen(terminal, 'setup-key.txt', steady);
  terminal.press('enter');
  await terminal.waitFor(/API key\n/);
  terminal.type(key);
  terminal.press('enter');
  await terminal.waitFor(/own Responses endpoint\?/);
  expect(await expectScreen(terminal, 'setup-probed.txt', steady)).not.toContain('canary');
  terminal.type('n');
  await terminal.waitFor(/Main model/);
  terminal.press('enter');
  await terminal.waitFor(/Fast model, for/);
  terminal.press('enter');
  await terminal.waitFor(/Where to keep the key/);
  terminal.press('enter');
  await terminal.waitFor(/Save this/);
  await expectScreen(terminal, 'setup-summary.txt', steady);
  terminal.press('enter');

  await terminal.waitFor(/Trust this folder/);
  await terminal.pressUntil('enter', /GLM-5\.3 default/);
  terminal.type('Create hello.js that prints hello');
  await terminal.waitFor(/› Create hello/);
  await terminal.pressUntil('enter', /It printed:\s+hello/);
  terminal.type('/quit');
  await terminal.waitFor(/› \/quit/);
  await terminal.pressUntil('enter', /codex-glm: glm-5\.3 · 1 turn · \d+ tokens in/);
  expect(await terminal.waitForExit()).toBe(0);
  const files = await folderContents(place.glmHome);
  expect(files['config.toml']).toContain('provider = "zai-coding"');
  expect(files['config.toml']).not.toContain('canary');
  expect(files['credentials.toml']).toBe(`"zai-coding" = "${key}"\n`);
  expect((await stat(join(place.glmHome, 'credentials.toml'))).mode & 0o777).toBe(0o600);
  const others = Object.entries(files).filter(([name]) => name !== 'credentials.toml');
  expect(others.filter(([, text]) => text.includes('canary'))).toEqual([]);
});

/** Every question of the GLM setup in order, and what leads to the next one besides Enter. */
const questions: readonly { about: string; shows: RegExp; typed?: string }[] = [
  { about: 'the vendor', shows: /Who serves the model/ },
  { about: 'the endpoint', shows: /Which endpoint/ },
  { about: 'the place of the key', shows: /Where is the API key/ },
  { about: 'the key', shows: /API key\n/, typed: key },
  { about: 'the wire', shows: /own Responses endpoint\?/ },
  { about: 'the main model', shows: /Main model/ },
  { about: 'the fast model', shows: /Fast model, for/ },
  { about: 'where to keep the key', shows: /Where to keep the key/ },
  { about: 'saving', shows: /Save this/ },
];

test.each(questions.map(({ about }, index) => [about, index] as const))(
  'Ctrl-C at the question about %s ends with 130 and leaves nothing',
  async (_, last) => {
    const place = await newUser();
    const before = await readFile(join(place.glmHome, 'config.toml'), 'utf8');
    const terminal = openLauncher(place, ['setup']);
    for (const [index, { shows, typed }] of questions.entries()) {
      await terminal.waitFor(shows, 30_000);
      if (typed !== undefined) terminal.type(typed);
      if (index === last) break;
      terminal.press('enter');
    }
    terminal.press('interrupt');
    expect(await terminal.waitForExit()).toBe(130);
    expect(terminal.screen()).toContain('Setup was cancelled; nothing was changed.');
    expect(await folderContents(place.glmHome)).toEqual({ 'config.toml': before });
    expect(existsSync(join(place.userHome, '.codex'))).toBe(false);
  },
);

test('Ctrl-C while the key is tried ends with 130 and leaves nothing', async () => {
  const place = await testPlace();
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const sockets: Socket[] = [];
  silent.on('connection', (socket) => sockets.push(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  // `address()` is an object for every TCP server that listens
  const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const ids = ['zai', 'zai-coding', 'bigmodel', 'bigmodel-coding'];
  const settings = ids.map((id) => `[providers.${id}]\nbase_url = "${address}"\nresponses_base_url = "${address}"\n`);
  await mkdir(place.glmHome, { recursive: true });
  await writeFile(join(place.glmHome, 'config.toml'), settings.join(''));
  const terminal = openLauncher(place, ['setup']);
  await reachKey(terminal);
  terminal.press('enter');
  await terminal.waitFor(/API key\n/);
  terminal.type(key);
  terminal.press('enter');
  await terminal.waitFor(/Trying it/);
  terminal.press('interrupt');
  expect(await terminal.waitForExit()).toBe(130);
  expect(terminal.screen()).toContain('Setup was cancelled; nothing was changed.');
  expect(Object.keys(await folderContents(place.glmHome))).toEqual(['config.toml']);
});
