import { randomBytes } from 'node:crypto';
import { resolveModelName } from '../catalog/model-names.ts';
import { readInvocation, type Invocation } from '../codex/arguments.ts';
import { refuseContradictions } from '../codex/contradictions.ts';
import { codexModelCatalog } from '../codex/model-catalog.ts';
import { profileArguments } from '../codex/profile.ts';
import { withProfile } from '../codex/profile-place.ts';
import { chooseModel, keepVariablesHidden, shellExclude } from '../codex/stored-config.ts';
import { untestedVersion } from '../codex/versions.ts';
import { resolveLaunchSettings, type LaunchSettings } from '../config/launch-settings.ts';
import { findPaths, type Paths } from '../config/paths.ts';
import { emptySettingsFile, readSettingsFile } from '../config/settings-file.ts';
import type { FlagValues, Settings } from '../config/settings.ts';
import type { ResponseReport } from '../proxy/exchange/response-report.ts';
import { storeCatalog } from './home/catalog-file.ts';
import { childEnvironment } from './child-environment.ts';
import { openCodexHome, readProfile, refuseLegacyProfile } from './home/codex-home.ts';
import { packagedVersion, reportedVersion } from './binary/codex-version.ts';
import { inDataFolder } from './files/data-folder.ts';
import { findCodex } from './binary/find-codex.ts';
import { openProxy, type OpenProxy } from './open-proxy.ts';
import { runCodex } from './run-codex.ts';
import { beginRun, sweepDeadRuns } from './run-mark.ts';
import { awaitStartTurn } from './start-turn.ts';
import { watchStdin } from './stdin-hint.ts';
import { loadSettingsFor, withoutProvider } from './settings/select-provider.ts';
import { createUsageMeter, type RunUsage } from './usage-meter.ts';

export interface LaunchOptions {
  /** For codex, as the user wrote them. */
  arguments: readonly string[];
  flags?: FlagValues;
  environment?: NodeJS.ProcessEnv;
  /** Told, one line each, what a person should know and codex does not say. */
  notice?: (line: string) => void;
  /** Told when the first response of a session has ended. */
  onFirstResponse?: (() => void) | undefined;
  /** Told when codex has ended, if it was a session; waited for. */
  onEnd?: (run: FinishedSession) => void | Promise<void>;
}

export interface FinishedSession {
  usage: RunUsage;
  settings: Settings;
  paths: Paths;
  /** A person sat at it: not exec or review. */
  isInteractive: boolean;
  /** The thread in which it talked last. Absent: nothing was asked, or codex did not say (before 0.120). */
  threadId: string | undefined;
}

/** What a launch knows before anything is started. */
interface Launch {
  invocation: Invocation;
  paths: Paths;
  launchSettings: LaunchSettings;
  environment: NodeJS.ProcessEnv;
  notice: (line: string) => void;
}

/**
 * Runs codex from start to end, with a proxy of its own when the arguments ask for something that talks to a model.
 * Whatever was opened is closed again on every path.
 * @returns the exit status for this process: codex's own
 * @throws UsageError, CodexError
 */
export async function launchCodex(options: LaunchOptions): Promise<number> {
  const { flags = {}, environment = process.env, notice = doNothing } = options;
  const invocation = readInvocation(options.arguments);
  if (invocation.kind === 'plain') {
    const paths = findPaths(environment);
    // Help and version are told whatever state the settings are in.
    const file = invocation.asksFor
      ? emptySettingsFile(paths.settingsFile)
      : readSettingsFile(paths.settingsFile, environment);
    const launchSettings = resolveLaunchSettings({ flags, environment, file });
    return runPlain({ invocation, paths, launchSettings, environment, notice });
  }
  refuseContradictions(invocation);
  const { settings, file, paths } = loadSettingsFor(invocation.model, flags, environment);
  if (settings.chosenBy !== undefined) {
    notice(`${settings.chosenBy} is set, so ${settings.provider.name} serves the model (another one: codex-glm setup)`);
  }
  const launchSettings = resolveLaunchSettings({ flags, environment, file });
  const meter = createUsageMeter(settings.provider);
  let { onFirstResponse } = options;
  let threadId: string | undefined;
  const onResponse = (report: ResponseReport) => {
    meter.add(report);
    threadId = report.threadId ?? threadId;
    onFirstResponse?.();
    onFirstResponse = undefined;
  };
  const resolveModel = (name: string) =>
    resolveModelName(withoutProvider(name, settings.provider), settings.provider, settings.aliases);
  const resolved = readInvocation(options.arguments, resolveModel);
  try {
    return await runSession({ invocation: resolved, paths, launchSettings, environment, notice }, settings, onResponse);
  } finally {
    await options.onEnd?.({
      usage: meter.read(),
      settings,
      paths,
      isInteractive: !invocation.endsOnInterrupt,
      threadId,
    });
  }
}

async function runPlain(launch: Launch): Promise<number> {
  const { invocation, paths, launchSettings, environment, notice } = launch;
  const codex = findCodex({ environment });
  const home = await openCodexHome(paths, launchSettings, notice);
  const run = beginRun(paths.dataFolder);
  try {
    return await runCodex({
      executable: codex.executable,
      arguments: invocation.arguments,
      environment: childEnvironment({ environment, codexHome: home.folder, mark: run.mark, codex }),
      endsOnInterrupt: false,
      closeStdin: launchSettings.closeStdin,
      mark: run.mark,
    });
  } finally {
    run.end();
  }
}

async function runSession(
  launch: Launch,
  settings: Settings,
  onResponse: (report: ResponseReport) => void,
): Promise<number> {
  const { invocation, paths, launchSettings, environment, notice } = launch;
  let onRequest = doNothing;
  const run = beginRun(paths.dataFolder);
  let opened: OpenProxy | undefined;
  try {
    const token = randomBytes(32).toString('base64url');
    const proxy = await openProxy({ settings, token, environment, onResponse, onRequest: () => onRequest() });
    opened = proxy;
    const codex = findCodex({ environment });
    const home = await openCodexHome(paths, launchSettings, notice);
    const version = packagedVersion(codex.executable);
    refuseLegacyProfile(home, version);
    const layers = [home.config];
    if (invocation.profile !== undefined) layers.push(readProfile(home, invocation.profile, version));
    const chosen = [invocation.model, settings.model].filter((id) => id !== undefined);
    const catalog = codexModelCatalog(settings.provider, chosen, version);
    const catalogFile = inDataFolder(paths.dataFolder, () => storeCatalog(paths.catalogFolder, catalog));
    const turn = await awaitStartTurn({
      dataFolder: paths.dataFolder,
      codexHome: home.folder,
      executable: codex.executable,
      beginsThread: invocation.endsOnInterrupt,
    });
    const profile = profileArguments({
      providerName: settings.provider.name,
      proxyUrl: proxy.url,
      catalogFile,
      model: chooseModel(invocation, settings, layers),
      searchesWeb: settings.provider.rules.searchTool !== undefined,
      hostedMcp: settings.hostedMcp,
      shellExclude: shellExclude(layers),
      withConstants: invocation.ignoresUserConfig || home.isShared,
    });
    const stdin = invocation.readsStdin && !launchSettings.closeStdin ? watchStdin(notice) : undefined;
    onRequest = () => {
      onRequest = doNothing;
      turn.settled();
      stdin?.stop();
    };
    const childEnv = childEnvironment({
      environment,
      codexHome: home.folder,
      mark: run.mark,
      codex,
      session: { token, withheldKey: settings.keepKeyVariable ? undefined : proxy.apiKey },
    });
    const giveUp = new AbortController();
    const running = runCodex({
      executable: codex.executable,
      arguments: withProfile(profile, keepVariablesHidden(invocation), version),
      environment: childEnv,
      endsOnInterrupt: invocation.endsOnInterrupt,
      closeStdin: launchSettings.closeStdin,
      mark: run.mark,
      onSpawn: (pid) => {
        turn.spawned(pid);
        stdin?.spawned(pid);
      },
      giveUp: giveUp.signal,
    }).finally(() => onRequest());
    // All of this while codex starts.
    const starting = proxy.start();
    starting.catch(() => giveUp.abort());
    void tellUntested(version ?? reportedVersion(codex.executable, childEnv), notice);
    const sweeping = sweepDeadRuns(paths.dataFolder);
    const status = await running;
    await starting;
    await sweeping;
    return status;
  } finally {
    run.end();
    await opened?.close();
  }
}

/** A codex without a package was asked itself. */
async function tellUntested(
  asked: string | Promise<string | undefined>,
  notice: (line: string) => void,
): Promise<void> {
  const version = await asked;
  const line = version === undefined ? undefined : untestedVersion(version);
  if (line !== undefined) notice(line);
}

function doNothing(): void {}
