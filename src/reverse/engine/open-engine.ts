import { createHash, randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resolveModelName } from '../../catalog/model-names.ts';
import { codexModelCatalog } from '../../codex/model-catalog.ts';
import { profileArguments } from '../../codex/profile.ts';
import { chooseModel, shellExclude } from '../../codex/stored-config.ts';
import { resolveLaunchSettings } from '../../config/launch-settings.ts';
import { findPaths, type Paths } from '../../config/paths.ts';
import type { FlagValues } from '../../config/settings.ts';
import { UsageError, type CodexGlmError } from '../../errors/errors.ts';
import { loadSettings } from '../../launch/settings/load-settings.ts';
import { storeCatalog } from '../../launch/home/catalog-file.ts';
import { childEnvironment } from '../../launch/child-environment.ts';
import type { FoundCodex } from '../../launch/binary/codex-package.ts';
import { openCodexHome } from '../../launch/home/codex-home.ts';
import { installedVersion } from '../../launch/binary/codex-version.ts';
import { endProcesses } from '../../launch/processes/end-processes.ts';
import { findCodex } from '../../launch/binary/find-codex.ts';
import { openProxy } from '../../launch/open-proxy.ts';
import { beginRun, marked } from '../../launch/run-mark.ts';
import { awaitStartTurn } from '../../launch/start-turn.ts';
import type { Log } from '../../proxy/log.ts';
import { startEngine, type Engine, type EngineOptions } from './engine.ts';
import type { ServeSettings } from '../settings/serve-settings.ts';

/** Everything behind a chat: codex, and where its home is ours the proxy to the provider. */
export interface OpenEngine {
  engine: Engine;
  resolveModelName: (name: string) => string;
  /** The provider's own error of a turn that has just failed. */
  failureOf: (turnId: string) => CodexGlmError | undefined;
  /** Who serves the models, for people. */
  providerName: string;
  close(): Promise<void>;
}

export interface OpenEngineInput {
  settings: ServeSettings;
  /** Our general flags (`--provider`). */
  flags: FlagValues;
  environment: NodeJS.ProcessEnv;
  log: Log;
}

/** @throws UsageError, CodexError; nothing stays open then */
export async function openEngine(input: OpenEngineInput): Promise<OpenEngine> {
  const { settings } = input;
  checkWorkdir(settings.workdir);
  if (settings.gitCheck && !isInGit(settings.workdir)) {
    throw new UsageError('BAD_SETTING', `${settings.workdir} is not inside of a git repository.`, {
      hint: 'Run git init there, or leave the check out: CODEX_SKIP_GIT_CHECK=true.',
    });
  }
  return settings.codexHome === undefined ? openOwn(input) : openForeign(input, settings.codexHome);
}

/** The codex home of a launch, and the provider of the settings behind our proxy. */
async function openOwn({ settings: serve, flags, environment, log }: OpenEngineInput): Promise<OpenEngine> {
  const { settings, file, paths } = loadSettings(flags, environment);
  const { provider, aliases } = settings;
  const token = randomBytes(32).toString('base64url');
  const failures = createFailureMemory();
  const notice = (message: string) => log({ level: 'warn', message, fields: {} });
  const proxy = await openProxy({
    settings,
    token,
    environment,
    onResponse: ({ turnId, error }) => failures.add(turnId, error),
    onRequest: () => {},
  });
  try {
    await proxy.start();
    const codex = findCodex({ environment });
    const home = await openCodexHome(paths, resolveLaunchSettings({ flags, environment, file }), notice);
    const version = await installedVersion(codex.executable, environment, home.folder);
    const chosen = [serve.model, settings.model].filter((id) => id !== undefined);
    const profile = profileArguments({
      providerName: provider.name,
      proxyUrl: proxy.url,
      catalogFile: storeCatalog(paths.catalogFolder, codexModelCatalog(provider, chosen, version)),
      model: chooseModel({ model: undefined }, settings, [home.config]),
      hostedMcp: settings.hostedMcp,
      shellExclude: shellExclude([home.config]),
      withConstants: home.isShared,
    });
    const session = { token, withheldKey: settings.keepKeyVariable ? undefined : proxy.apiKey };
    const { engine, close } = await startMarked(paths, home.folder, codex, serve.workdir, (mark) => ({
      command: {
        executable: codex.executable,
        arguments: [...profile, 'app-server'],
        environment: childEnvironment({ environment, codexHome: home.folder, mark, codex, session }),
      },
      approvalRules: serve.approvalRules,
      log,
    }));
    return {
      engine,
      resolveModelName: (name) => resolveModelName(name, provider, aliases),
      failureOf: failures.find,
      providerName: provider.name,
      async close() {
        await close();
        await proxy.close();
      },
    };
  } catch (error) {
    await proxy.close();
    throw error;
  }
}

/** A codex home of the user's, with whatever login and provider it has; nothing of ours is put into it. */
async function openForeign({ settings, environment, log }: OpenEngineInput, codexHome: string): Promise<OpenEngine> {
  checkCodexHome(codexHome);
  const codex = findCodex({ environment });
  const { engine, close } = await startMarked(findPaths(environment), codexHome, codex, settings.workdir, (mark) => ({
    command: {
      executable: codex.executable,
      arguments: ['app-server'],
      environment: childEnvironment({ environment, codexHome, mark, codex }),
    },
    approvalRules: settings.approvalRules,
    log,
  }));
  return {
    engine,
    resolveModelName: (name) => name,
    failureOf: () => undefined,
    providerName: `codex of ${codexHome}`,
    close,
  };
}

/** Starts codex at once: a server whose codex cannot start must say so, and not with the first request. */
async function startMarked(
  { dataFolder }: Paths,
  codexHome: string,
  { executable }: FoundCodex,
  workdir: string,
  optionsOf: (mark: string) => EngineOptions,
): Promise<Pick<OpenEngine, 'engine' | 'close'>> {
  const turn = await awaitStartTurn({ dataFolder, codexHome, executable, beginsThread: false });
  const run = beginRun(dataFolder);
  const options = optionsOf(run.mark);
  // the key of this server is nothing for the commands of a model
  const { CODEX_BRIDGE_API_KEY: _, ...environment } = options.command.environment;
  const engine = startEngine({
    ...options,
    command: { ...options.command, environment },
    cleanUp: () => endProcesses(() => marked(run.mark)),
  });
  const close = async () => {
    await engine.close();
    run.end();
  };
  try {
    // reads codex's configuration too
    await engine.models(workdir);
    return { engine, close };
  } catch (error) {
    await close();
    throw error;
  } finally {
    turn.settled();
  }
}

/** Errors of the last turns: codex tells of a failure only after the proxy has. */
function createFailureMemory() {
  const maxFailures = 100;
  const byTurn = new Map<string, CodexGlmError>();
  return {
    add(turnId: string | undefined, error: CodexGlmError | undefined): void {
      if (turnId === undefined || !error) return;
      byTurn.set(turnId, error);
      const [oldest] = byTurn.keys();
      if (byTurn.size > maxFailures && oldest !== undefined) byTurn.delete(oldest);
    },
    find: (turnId: string): CodexGlmError | undefined => byTurn.get(turnId),
  };
}

/** @throws UsageError */
export function checkWorkdir(folder: string): void {
  if (!isFolder(folder)) throw new UsageError('BAD_SETTING', `There is no folder ${folder}.`);
}

/** @throws UsageError */
export function checkCodexHome(folder: string): void {
  if (!isFolder(folder)) throw new UsageError('BAD_SETTING', `There is no codex home at ${folder}.`);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UsageError('CODEX_HOME_UNUSABLE', `The codex home ${folder} cannot be read and written by you.`, {
      hint: 'Codex keeps its threads there: choose another one, or change its owner or mode.',
      cause,
    });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isInGit(folder: string): boolean {
  const git = join(folder, '.git');
  // a worktree's is a file, and an empty folder is no repository
  if (isFolder(git) ? existsSync(join(git, 'HEAD')) : existsSync(git)) return true;
  const parent = dirname(folder);
  return parent !== folder && isInGit(parent);
}

/** Where the sessions, the key's hash and the conversations of the terminal are remembered. */
export function stateFolderOf(settings: ServeSettings, environment: NodeJS.ProcessEnv): string {
  return settings.stateFolder ?? findPaths(environment).dataFolder;
}

/**
 * Which session belongs to which thread, in a file of its own for each codex home that is not ours: a thread is known to
 * one home only.
 */
export function sessionsFileOf(
  kind: 'serve' | 'chat',
  settings: ServeSettings,
  environment: NodeJS.ProcessEnv,
): string {
  const { codexHome } = settings;
  const suffix = codexHome === undefined ? '' : `-${createHash('sha256').update(codexHome).digest('hex').slice(0, 8)}`;
  return join(stateFolderOf(settings, environment), `${kind}-sessions${suffix}.json`);
}
