import { addClientKey, readClientKeys, removeClientKey } from '../../daemon/client-key-file.ts';
import { printLog } from '../../daemon/follow-log.ts';
import { runProxy } from '../../daemon/run.ts';
import { UsageError } from '../../errors/errors.ts';
import type { CommandInput } from '../arguments/command.ts';
import { installOrUninstall } from './install-service.ts';
import { restart, start, status, stop } from './proxy/background.ts';
import { filesOf, print, proxySettings, standaloneOf, textOption } from './proxy/proxy-input.ts';
import { replayFile } from './proxy/replay-file.ts';
import { serviceOf } from './proxy/service.ts';

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

function fileOperand(command: string, [file]: readonly string[]): string {
  if (file !== undefined) return file;
  throw new UsageError('USAGE', `\`proxy ${command}\` needs a file.`);
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
