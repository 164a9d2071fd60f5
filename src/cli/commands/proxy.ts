import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CapturedExchange } from '../../capture/captured.ts';
import { findProvider } from '../../catalog/catalog.ts';
import { findPaths } from '../../config/paths.ts';
import { settingsTable } from '../../config/setting-table.ts';
import { addClientKey, readClientKeys, removeClientKey } from '../../daemon/client-key-file.ts';
import { daemonPaths } from '../../daemon/daemon-paths.ts';
import { findProxies } from '../../daemon/find-running.ts';
import { printLog } from '../../daemon/follow-log.ts';
import { runProxy } from '../../daemon/run.ts';
import { startDaemon } from '../../daemon/start.ts';
import type { Service } from '../../daemon/service-files.ts';
import { loadStandaloneSettings } from '../../daemon/standalone-settings.ts';
import { startupText } from '../../daemon/startup-text.ts';
import type { ProxyState } from '../../daemon/state-file.ts';
import { stopDaemon } from '../../daemon/stop.ts';
import { UsageError } from '../../errors/errors.ts';
import { installOrUninstall } from '../install-service.ts';
import { flagArguments, optionArguments, thisCommand } from '../own-arguments.ts';
import { findOwnCommand, type CommandInput } from '../own-command.ts';
import { splitOwnFlags } from '../own-flags.ts';

const proxySettings = settingsTable.filter(({ proxyOption }) => proxyOption !== undefined);

function usage(): string {
  const options = proxySettings.map(({ proxyOption, value = '', description }) => {
    const option = `--${proxyOption} ${value}`.trimEnd();
    return `  ${option.padEnd(27)}${option.length < 27 ? '' : `\n${' '.repeat(29)}`}${description}`;
  });
  return `codex-glm [options] proxy COMMAND

  run        in the foreground, until SIGTERM
  start      in the background
  stop       after the answers under way
  restart    stop and start
  status     which proxies run
  logs       the end of the log; -f goes on
  keys       add NAME, list, remove NAME: keys for clients
  capture FILE   like run; adds every exchange to the file, contents too, keys not
  replay FILE    what this version does otherwise with a capture
  install    a systemd user unit, launchd agent or Podman Quadlet
  uninstall  remove it

${options.join('\n')}
  --json                     run: print {url, token, pid} on one line; status: as JSON
  --systemd, --launchd, --quadlet   for install and uninstall
`;
}

/** `codex-glm proxy ...`: the proxy without codex. */
export async function run(input: CommandInput): Promise<number> {
  const [command, ...operands] = input.options['help'] === true ? [] : input.operands;
  switch (command) {
    case 'run':
      return runInForeground(input);
    case 'capture':
      return runInForeground(input, fileOperand(command, operands));
    case 'replay':
      return replayFile(input, fileOperand(command, operands));
    case 'start':
      return start(input);
    case 'stop':
      return stop(input);
    case 'restart':
      return restart(input);
    case 'status':
      return status(input);
    case 'logs':
      return logs(input);
    case 'keys':
      return keys(input, operands);
    case 'install':
    case 'uninstall':
      installOrUninstall(input, command, serviceOf(input));
      return 0;
    default:
      print(usage());
      return 0;
  }
}

function runInForeground(input: CommandInput, captureFile?: string): Promise<number> {
  return runProxy({
    standalone: standaloneOf(input),
    environment: input.environment,
    json: input.options['json'] === true,
    logFile: textOption(input, 'log-file'),
    captureFile,
    arguments: process.argv.slice(2),
  });
}

/** Exit status 1 when this version does something otherwise. */
async function replayFile({ flags }: CommandInput, file: string): Promise<number> {
  const { replay } = await import('../../capture/replay.ts');
  const captured = readCapture(file);
  const differences = await replay(captured, findProvider(flags.provider ?? 'zai-coding'));
  for (const { exchange, place, was, is } of differences) {
    print(`exchange ${exchange}, ${place}\n  - ${JSON.stringify(was)}\n  + ${JSON.stringify(is)}\n`);
  }
  print(`${captured.length} exchanges, ${differences.length} differences\n`);
  return differences.length === 0 ? 0 : 1;
}

function readCapture(file: string): CapturedExchange[] {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    // written by `proxy capture`
    return lines.map((line) => JSON.parse(line) as CapturedExchange);
  } catch (error) {
    throw new UsageError('USAGE', `${file} is not a capture: ${(error as Error).message}`, {
      hint: 'Make one by: codex-glm proxy capture FILE',
      cause: error,
    });
  }
}

function fileOperand(command: string, [file]: readonly string[]): string {
  if (file !== undefined) return file;
  throw new UsageError('USAGE', `\`proxy ${command}\` needs a file.`);
}

async function start(input: CommandInput): Promise<number> {
  const standalone = standaloneOf(input);
  const { state, wasRunning } = await startDaemon({
    standalone,
    environment: input.environment,
    command: thisCommand(),
    arguments: [...flagArguments(input), 'proxy', 'run', ...passedOn(input)],
  });
  print(
    wasRunning
      ? `codex-glm proxy: runs already at ${state.url} (process ${state.pid})\n`
      : await startupText(state, standalone),
  );
  return 0;
}

async function stop(input: CommandInput): Promise<number> {
  const { folder } = filesOf(input);
  const { answering, silent } = await findProxies(folder);
  const state = choose([...answering, ...silent], textOption(input, 'port'));
  if (!state) {
    print('codex-glm proxy: none is running\n');
    return 0;
  }
  await stopDaemon(folder, state, answering.includes(state));
  print(`codex-glm proxy: ${state.url} has stopped\n`);
  return 0;
}

/** As it was started, but for what is said otherwise now; at the same port. Nothing is stopped for settings that are wrong. */
async function restart(input: CommandInput): Promise<number> {
  const { folder } = filesOf(input);
  const { answering, silent } = await findProxies(folder);
  const state = choose([...answering, ...silent], textOption(input, 'port'));
  if (!state) return start(input);
  if (!state.arguments) {
    throw new UsageError(
      'USAGE',
      `The proxy at ${state.url} (process ${state.pid}) was not started by \`proxy start\`.`,
      {
        hint: 'Restart it where it was started; as a service by: systemctl --user restart codex-glm-proxy',
      },
    );
  }
  const { flags, codexArguments } = splitOwnFlags(state.arguments);
  const before = findOwnCommand(codexArguments)?.options ?? {};
  const again: CommandInput = {
    ...input,
    flags: { ...flags, ...input.flags },
    options: { ...before, ...input.options, port: String(state.port) },
  };
  standaloneOf(again);
  await stopDaemon(folder, state, answering.includes(state));
  return start(again);
}

async function status(input: CommandInput): Promise<number> {
  const port = textOption(input, 'port');
  const isMeant = (state: ProxyState) => port === undefined || String(state.port) === port;
  const found = await findProxies(filesOf(input).folder);
  const [running, silent] = [found.answering.filter(isMeant), found.silent.filter(isMeant)];
  if (input.options['json'] === true) print(`${JSON.stringify(running, null, 2)}\n`);
  else if (running.length + silent.length === 0) print('codex-glm proxy: none is running\n');
  else {
    for (const state of running) print(statusLine(state));
    for (const state of silent) print(statusLine(state, ', does not answer: it is stopping, or hangs'));
  }
  // as service managers do it: 3 for "not running"
  return running.length > 0 ? 0 : 3;
}

function statusLine({ url, pid, startedAt }: ProxyState, note = ''): string {
  return `${url}  process ${pid}, since ${startedAt}${note}\n`;
}

async function logs(input: CommandInput): Promise<number> {
  const { logFile } = filesOf(input);
  if (input.options['follow'] !== true) {
    await printLog(logFile, print);
    return 0;
  }
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
  await printLog(logFile, print, stopped.signal);
  return 0;
}

function keys(input: CommandInput, [action, name]: readonly string[]): number {
  const { clientKeysFile } = filesOf(input);
  if (action === 'add' && name !== undefined) {
    const key = addClientKey(clientKeysFile, name);
    process.stderr.write('It is shown only now; clients send it as their API key:\n');
    print(`${key}\n`);
  } else if (action === 'remove' && name !== undefined) {
    removeClientKey(clientKeysFile, name);
    print(`"${name}" is refused from now on\n`);
  } else if (action === 'list') {
    for (const key of readClientKeys(clientKeysFile)) print(`${key.name}\n`);
  } else {
    throw new UsageError('USAGE', '`proxy keys` needs to know what to do.', { hint: 'add NAME, list, or remove NAME' });
  }
  return 0;
}

function serviceOf(input: CommandInput): Service {
  const { dataFolder } = findPaths(input.environment);
  const own = passedOn(input);
  return {
    name: 'proxy',
    description: 'codex-glm proxy',
    command: [...thisCommand(), ...flagArguments(input), 'proxy', 'run', ...portArguments(input), ...own],
    environment: { CODEX_GLM_HOME: dataFolder },
    writableFolders: [dataFolder],
    runsCodex: false,
    logFile: daemonPaths(dataFolder).logFile,
    container: {
      image: 'localhost/codex-glm:latest',
      arguments: [...flagArguments(input), 'proxy', 'run', '--host', '0.0.0.0', '--port', '18765', ...own],
      port: 18_765,
      healthPath: '/ready',
      clientKey: { secret: 'codex_glm_client_key', variable: 'CODEX_GLM_CLIENT_KEY' },
      dataVolume: 'codex-glm-data',
    },
  };
}

function standaloneOf({ flags, options, environment }: CommandInput): ReturnType<typeof loadStandaloneSettings> {
  return loadStandaloneSettings(flags, options, environment);
}

/** @throws UsageError if it is not clear which one is meant */
function choose(running: readonly ProxyState[], port: string | undefined): ProxyState | undefined {
  const meant = running.filter((state) => port === undefined || String(state.port) === port);
  if (meant.length < 2) return meant[0];
  throw new UsageError('USAGE', 'Several proxies are running.', {
    hint: `Say which: ${meant.map((state) => `--port ${state.port}`).join(' or ')}`,
  });
}

/** Those options that a proxy in the background is given too; the port is chosen here. */
function passedOn(input: CommandInput): string[] {
  const names = proxySettings.flatMap(({ proxyOption }) => (proxyOption === 'port' ? [] : (proxyOption ?? [])));
  const folder = textOption(input, 'history-dir');
  // it works in another folder
  const options = folder === undefined ? input.options : { ...input.options, 'history-dir': resolve(folder) };
  return optionArguments({ ...input, options }, names);
}

function portArguments(input: CommandInput): string[] {
  return ['--port', textOption(input, 'port') ?? '18765'];
}

function filesOf({ environment }: CommandInput): ReturnType<typeof daemonPaths> {
  return daemonPaths(findPaths(environment).dataFolder);
}

function textOption({ options }: CommandInput, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

function print(text: string): void {
  process.stdout.write(text);
}
