import { appendFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { createCapture } from '../capture/capture.ts';
import { codexModelCatalog } from '../codex/model-catalog.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../errors/errors.ts';
import { openDiskStore } from '../history/disk-store.ts';
import { createMemoryStore } from '../history/memory-store.ts';
import type { HistoryStore } from '../history/store.ts';
import { loadKey } from '../keys/load-key.ts';
import { networkOptions } from '../launch/open-proxy.ts';
import { clientKeysFrom, hashClientKey } from '../proxy/access/client-keys.ts';
import { isLoopback } from '../proxy/access/address.ts';
import type { Log, LogEntry } from '../proxy/log.ts';
import type { ExchangeObserver } from '../proxy/exchange/exchange-observer.ts';
import { startProxy, type Proxy } from '../proxy/server.ts';
import { createToolLog } from '../proxy/exchange/tool-log.ts';
import type { UpstreamOptions } from '../proxy/upstream/upstream.ts';
import { explainListening } from './choose-port.ts';
import { clientKeyVariable, needsClientKey, watchClientKeys } from './client-key-file.ts';
import { daemonPaths } from './daemon-paths.ts';
import { createJsonLog } from './json-log.ts';
import { checkWritable, type WriteLine } from './log-file.ts';
import type { HistorySettings, StandaloneSettings } from './standalone-settings.ts';
import { createUsageLog } from './usage-log.ts';

export interface OpenStandaloneOptions {
  standalone: StandaloneSettings;
  port: number;
  /** A token is made up, so that nobody else on this machine can use the proxy. */
  withToken: boolean;
  environment: NodeJS.ProcessEnv;
  writeLog: WriteLine;
  instanceId: string;
  /** Exchanges are written there, contents too. */
  captureFile: string | undefined;
}

/**
 * Starts the proxy that the settings ask for; the caller closes it.
 * @throws UsageError for keys, addresses and ports that are no good
 */
export async function openStandalone(options: OpenStandaloneOptions): Promise<Proxy> {
  const { standalone, port, environment, writeLog, instanceId } = options;
  const { settings, others, paths } = standalone;
  const { host, logLevel } = settings.standalone;
  const files = daemonPaths(paths.dataFolder);
  const closers: (() => Promise<void>)[] = [];
  try {
    const first = await toUpstream(settings, environment, closers);
    const providers: UpstreamOptions[] = [];
    for (const other of others) providers.push(await toUpstream(other, environment, closers));
    const stored = watchClientKeys(files.clientKeysFile);
    const given = environment[clientKeyVariable]?.trim();
    const secrets = [given, ...[first, ...providers].map(({ apiKey }) => apiKey)].filter((text) => text !== undefined);
    const fixed = given ? [{ name: clientKeyVariable, sha256: hashClientKey(given) }] : [];
    const needsKey = needsClientKey(settings.standalone) || fixed.length > 0;
    if (needsKey && isLoopback(host) && fixed.length + stored().length === 0) {
      throw new UsageError('USAGE', 'Clients need a key here, and there is none.', {
        hint: 'Make one by: codex-glm proxy keys add NAME',
      });
    }
    const { log, end } = createJsonLog(writeLog, logLevel, secrets);
    closers.push(end);
    const observer = observerOf(options.captureFile, secrets, log, logLevel);
    const usage = createUsageLog(log, [settings.provider, ...others.map(({ provider }) => provider)]);
    const proxy = await startProxy({
      ...first,
      providers,
      host,
      port,
      token: options.withToken ? '' : false,
      environment,
      aliases: settings.aliases,
      log,
      onResponse: usage.add,
      ...(observer && { observer }),
      history: await openHistory(standalone.history),
      codexCatalog: (provider, codexVersion) => codexModelCatalog(provider, [], codexVersion),
      instanceId,
      ...(needsKey && { clientKeys: clientKeysFrom(() => [...stored(), ...fixed]) }),
      ...networkOptions(settings.network),
    });
    return {
      ...proxy,
      async close(drainMs) {
        await proxy.close(drainMs);
        usage.end();
        for (const close of closers) await close();
      },
    };
  } catch (error) {
    for (const close of closers) await close();
    throw explainListening(error, host, port);
  }
}

async function openHistory({ kind, folder, limits }: HistorySettings): Promise<HistoryStore> {
  if (kind === 'memory') return createMemoryStore(limits);
  try {
    return await openDiskStore(folder, limits);
  } catch (cause) {
    throw new UsageError('BAD_SETTING', `Responses cannot be stored in ${folder}: ${(cause as Error).message}`, {
      hint: 'Name another folder by --history-dir, or make this one writable.',
      cause,
    });
  }
}

/** A capture has all that the log of tools has. */
function observerOf(
  captureFile: string | undefined,
  secrets: readonly string[],
  log: Log,
  level: LogEntry['level'],
): ExchangeObserver | undefined {
  if (captureFile !== undefined) return captureTo(captureFile, secrets, log);
  return level === 'debug' ? createToolLog(log) : undefined;
}

function captureTo(file: string, secrets: readonly string[], log: Log): ExchangeObserver {
  const { username, homedir } = userInfo();
  checkWritable(file);
  return createCapture({
    write: (line) => {
      try {
        appendFileSync(file, `${line}\n`, { mode: 0o600 });
      } catch (cause) {
        log({ level: 'error', message: 'the exchange was not captured', fields: { cause } });
      }
    },
    secrets,
    replacements: [
      [homedir, '/home/user'],
      // a short or common word would be replaced everywhere
      [username.length > 3 && username !== 'root' ? username : '', 'user'],
    ],
  });
}

async function toUpstream(
  settings: Settings,
  environment: NodeJS.ProcessEnv,
  closers: (() => Promise<void>)[],
): Promise<UpstreamOptions> {
  const apiKey = await loadKey(settings.key, environment);
  let { baseUrl } = settings;
  if (settings.provider.inProcess && baseUrl === '') {
    const { startDemoServer } = await import('../demo/server.ts');
    const demo = await startDemoServer();
    closers.push(() => demo.close());
    ({ baseUrl } = demo);
  }
  return {
    provider: settings.provider,
    baseUrl,
    requestsPerMinute: settings.requestsPerMinute,
    ...(settings.maxConcurrent !== undefined && { maxConcurrent: settings.maxConcurrent }),
    ...(apiKey !== undefined && { apiKey }),
  };
}
