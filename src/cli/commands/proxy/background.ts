/** `proxy start`, `stop`, `restart`, `status`. */
import { findProxies } from '../../../daemon/find-running.ts';
import { startDaemon } from '../../../daemon/start.ts';
import { startupText } from '../../../daemon/startup-text.ts';
import type { ProxyState } from '../../../daemon/state-file.ts';
import { stopDaemon } from '../../../daemon/stop.ts';
import { UsageError } from '../../../errors/errors.ts';
import { proxyOptions } from '../../arguments/command-options.ts';
import { readCommandArguments, type CommandInput } from '../../arguments/command.ts';
import { flagArguments, thisCommand } from '../../arguments/own-arguments.ts';
import { splitOwnFlags } from '../../arguments/own-flags.ts';
import { filesOf, passedOn, print, standaloneOf, textOption } from './proxy-input.ts';

export async function start(input: CommandInput): Promise<number> {
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

export async function stop(input: CommandInput): Promise<number> {
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
export async function restart(input: CommandInput): Promise<number> {
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
  const { flags, options: before } = startedWith(state.url, state.arguments);
  const again: CommandInput = {
    ...input,
    flags: { ...flags, ...input.flags },
    options: { ...before, ...input.options, port: String(state.port) },
  };
  standaloneOf(again);
  await stopDaemon(folder, state, answering.includes(state));
  return start(again);
}

/** Another version may have started it. */
function startedWith(url: string, args: readonly string[]): Pick<CommandInput, 'flags' | 'options'> {
  try {
    const { flags, codexArguments } = splitOwnFlags(args);
    const [, ...operands] = codexArguments;
    return { flags, options: readCommandArguments({ options: proxyOptions, operands: ['run'] }, operands).options };
  } catch (error) {
    throw new UsageError(
      'USAGE',
      `How the proxy at ${url} was started, this version does not understand: ${(error as Error).message}`,
      {
        hint: 'Stop it, and start it with the options of today: codex-glm proxy stop; codex-glm proxy start',
        cause: error,
      },
    );
  }
}

export async function status(input: CommandInput): Promise<number> {
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

/** @throws UsageError if it is not clear which one is meant */
function choose(running: readonly ProxyState[], port: string | undefined): ProxyState | undefined {
  const meant = running.filter((state) => port === undefined || String(state.port) === port);
  if (meant.length < 2) return meant[0];
  throw new UsageError('USAGE', 'Several proxies are running.', {
    hint: `Say which: ${meant.map((state) => `--port ${state.port}`).join(' or ')}`,
  });
}
