import { join, resolve } from 'node:path';
import { findPaths } from '../../config/paths.ts';
import { createJsonLog } from '../../daemon/json-log.ts';
import type { Service } from '../../daemon/service-files.ts';
import { startChatServer } from '../../reverse/server/chat-server.ts';
import { claimSessions } from '../../reverse/sessions/claim-sessions.ts';
import {
  checkCodexHome,
  checkWorkdir,
  openEngine,
  sessionsFileOf,
  stateFolderOf,
} from '../../reverse/engine/open-engine.ts';
import { serveSettings, type ServeSettings } from '../../reverse/settings/serve-settings.ts';
import { openServerKey, type ServerKey } from '../../reverse/server/server-key.ts';
import type { CommandInput } from '../arguments/command.ts';
import { endingSignal } from './ending-signal.ts';
import { installOrUninstall } from './install-service.ts';
import { flagArguments, optionArguments, thisCommand } from '../arguments/own-arguments.ts';
import { flagLines, readServeOptions } from './serve-options.ts';

/** `codex-glm serve`: an OpenAI-compatible chat server over codex, and the files by which a system starts it. */
export async function run(input: CommandInput): Promise<number> {
  const [action] = input.operands;
  if (input.options['help'] === true) {
    process.stdout.write(usage());
    return 0;
  }
  if (action !== 'install' && action !== 'uninstall') return serve(input);
  const settings = readServeOptions(input.options, input.environment);
  return install(input, action, settings);
}

function install(input: CommandInput, action: 'install' | 'uninstall', settings: ServeSettings): number {
  if (action === 'install') {
    checkWorkdir(settings.workdir);
    if (settings.codexHome !== undefined) checkCodexHome(settings.codexHome);
  }
  installOrUninstall(input, action, serviceOf(input, settings));
  // the container's key is a secret of Podman
  if (action === 'uninstall' || input.options['quadlet'] === true) return 0;
  // a service would write it into the system's journal; CODEX_BRIDGE_API_KEY is not known to it
  const key = openKey({ ...settings, key: undefined }, input.environment);
  key.keep();
  if (key.generated) say([keyLine(key.generated)]);
  return 0;
}

function keyLine(key: string): string {
  return `API key, shown this one time: ${key}`;
}

function usage(): string {
  return `codex-glm [options] serve [install | uninstall]

  install    a systemd user unit, launchd agent or Podman Quadlet
  uninstall  remove it

${flagLines(serveSettings)}
  --systemd, --launchd, --quadlet   for install and uninstall

The key: CODEX_BRIDGE_API_KEY, else one is generated and shown once. More settings are variables: docs/serve.md.
`;
}

/** Until a signal ends it. All it says goes to stderr. */
async function serve({ flags, environment, options }: CommandInput): Promise<number> {
  const settings = readServeOptions(options, environment);
  const sessionsFile = sessionsFileOf('serve', settings, environment);
  const giveBack = await claimSessions(sessionsFile);
  const ending = endingSignal();
  try {
    const key = openKey(settings, environment);
    const { log, end } = createJsonLog((line) => void process.stderr.write(`${line}\n`), 'info');
    const open = await openEngine({ settings, flags, environment, log });
    try {
      const server = await startChatServer({ ...open, settings, key, log, sessionsFile });
      try {
        key.keep();
        say(greeting(server.url, open.providerName, settings, key));
        return await ending.received;
      } finally {
        await server.close();
      }
    } finally {
      await open.close();
      await end();
    }
  } finally {
    ending.stop();
    giveBack();
  }
}

function openKey(settings: ServeSettings, environment: NodeJS.ProcessEnv): ServerKey {
  const file = join(stateFolderOf(settings, environment), 'serve-key.sha256');
  return openServerKey(settings.key, file, settings.newKey);
}

/** Options that a service is given too. Folders come from the settings, where they are absolute. */
const passedOn = ['host', 'port', 'model', 'effort', 'sandbox', 'approval'];

/** codex cannot make its sandbox in a container: that is one itself. */
const containerArguments = 'serve --host 0.0.0.0 --port 8080 --workdir /work --sandbox danger-full-access'.split(' ');

function serviceOf(input: CommandInput, settings: ServeSettings): Service {
  const { environment } = input;
  const { dataFolder } = findPaths(environment);
  const { workdir, codexHome, sandbox } = settings;
  const home = codexHome === undefined ? [] : ['--codex-home', codexHome];
  const own = [...optionArguments(input, passedOn), '--workdir', workdir, ...home];
  const codexPath = environment['CODEX_GLM_CODEX_PATH'];
  const stateFolder = stateFolderOf(settings, environment);
  return {
    name: 'serve',
    description: 'codex-glm chat server',
    command: [...thisCommand(), ...flagArguments(input), 'serve', ...own],
    environment: {
      CODEX_GLM_HOME: dataFolder,
      CODEX_GLM_SERVE_STATE: stateFolder,
      // codex, and the commands that it runs, are found as here
      PATH: environment['PATH'] ?? '',
      ...(codexPath && { CODEX_GLM_CODEX_PATH: resolve(codexPath) }),
    },
    writableFolders: [
      ...new Set([dataFolder, stateFolder]),
      ...(codexHome === undefined ? [] : [codexHome]),
      ...(sandbox === 'read-only' ? [] : [workdir]),
    ],
    runsCodex: true,
    logFile: join(dataFolder, 'serve.log'),
    container: {
      image: 'localhost/codex-glm-serve:latest',
      arguments: [
        ...flagArguments(input),
        ...containerArguments,
        ...optionArguments(input, ['model', 'effort', 'approval']),
      ],
      port: 8080,
      healthPath: '/health',
      clientKey: { secret: 'codex_glm_serve_key', variable: 'CODEX_BRIDGE_API_KEY' },
      dataVolume: 'codex-glm-serve-data',
      workFolder: workdir,
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function greeting(url: string, providerName: string, settings: ServeSettings, key: ServerKey): string[] {
  const lines = [`chat server on ${url} (${providerName}, ${settings.sandbox}, ${settings.workdir})`];
  if (!isLoopback(settings.host)) lines.push('other machines can reach it, and it has no TLS: see docs/serve.md');
  if (key.generated) lines.push(keyLine(key.generated));
  else if (!settings.key) lines.push('API key: the one that was shown when it was generated (--new-key for another)');
  return lines;
}

/** In one write: whoever waits for the first line has them all. */
function say(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `codex-glm: ${line}\n`).join(''));
}
