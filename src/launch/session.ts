import { randomBytes } from 'node:crypto';
import { readInvocation, type Invocation } from '../codex/arguments.ts';
import { codexModelCatalog } from '../codex/model-catalog.ts';
import { profileArguments } from '../codex/profile.ts';
import { chooseModel, keepVariablesHidden, shellExclude } from '../codex/stored-config.ts';
import { findPaths, type Paths } from '../config/paths.ts';
import { resolveSettings, type FlagValues, type Settings } from '../config/settings.ts';
import type { DemoServer } from '../demo/server.ts';
import type { Proxy } from '../proxy/server.ts';
import { storeCatalog } from './catalog-file.ts';
import { childEnvironment } from './child-environment.ts';
import { prepareCodexHome, readProfileFile } from './codex-home.ts';
import { findCodex } from './find-codex.ts';
import { runCodex } from './run-codex.ts';

export interface LaunchOptions {
  /** For codex, as the user wrote them. */
  arguments: readonly string[];
  flags?: FlagValues;
  environment?: NodeJS.ProcessEnv;
}

/**
 * Runs codex from start to end, with a proxy of its own when the arguments ask for something that talks to a model.
 * Whatever was opened is closed again on every path.
 * @returns the exit status for this process: codex's own
 * @throws UsageError, CodexError
 */
export async function launchCodex(options: LaunchOptions): Promise<number> {
  const { flags = {}, environment = process.env } = options;
  const invocation = readInvocation(options.arguments);
  const paths = findPaths(environment);
  if (invocation.kind === 'plain') return runPlain(invocation, paths, environment);
  return runSession(invocation, paths, resolveSettings({ flags, environment }), environment);
}

async function runPlain(invocation: Invocation, paths: Paths, environment: NodeJS.ProcessEnv): Promise<number> {
  const codex = findCodex({ environment });
  await prepareCodexHome(paths);
  return runCodex({
    executable: codex.executable,
    arguments: invocation.arguments,
    environment: childEnvironment({ environment, codexHome: paths.codexHome, codex }),
    endsOnInterrupt: false,
  });
}

async function runSession(
  invocation: Invocation,
  paths: Paths,
  settings: Settings,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  // The listener opens while the files are looked at.
  const token = randomBytes(32).toString('base64url');
  const opening = openProxy(settings, token, environment);
  opening.catch(() => {});
  try {
    const codex = findCodex({ environment });
    const layers = [await prepareCodexHome(paths)];
    if (invocation.profile !== undefined) layers.push(readProfileFile(paths, invocation.profile));
    const chosen = [invocation.model, settings.model].filter((id) => id !== undefined);
    const catalogFile = storeCatalog(paths.catalogFolder, codexModelCatalog(settings.provider, chosen));
    const proxy = await opening;
    const profile = profileArguments({
      providerName: settings.provider.name,
      proxyUrl: proxy.url,
      catalogFile,
      model: chooseModel(invocation, settings, layers),
      shellExclude: shellExclude(layers),
      withConstants: invocation.ignoresUserConfig,
    });
    const running = runCodex({
      executable: codex.executable,
      arguments: [...profile, ...keepVariablesHidden(invocation)],
      environment: childEnvironment({
        environment,
        codexHome: paths.codexHome,
        codex,
        session: { token, withheldKey: settings.keepKeyVariable ? undefined : settings.apiKey },
      }),
      endsOnInterrupt: invocation.endsOnInterrupt,
    });
    // While codex starts; if it fails, the first request says so.
    proxy.warm().catch(() => {});
    return await running;
  } finally {
    await opening.then(
      (proxy) => proxy.close(),
      () => {},
    );
  }
}

type OpenProxy = Pick<Proxy, 'url' | 'warm' | 'close'>;

async function openProxy(settings: Settings, token: string, environment: NodeJS.ProcessEnv): Promise<OpenProxy> {
  const proxyModule = import('../proxy/server.ts');
  const demo = settings.provider.inProcess && settings.baseUrl === '' ? await startDemo() : undefined;
  try {
    const { startProxy } = await proxyModule;
    const proxy = await startProxy({
      provider: settings.provider,
      baseUrl: demo?.baseUrl ?? settings.baseUrl,
      token,
      environment,
      ...(settings.apiKey !== undefined && { apiKey: settings.apiKey }),
    });
    return {
      url: proxy.url,
      warm: () => proxy.warm(),
      close: async () => {
        await proxy.close();
        await demo?.close();
      },
    };
  } catch (error) {
    await demo?.close();
    throw error;
  }
}

async function startDemo(): Promise<DemoServer> {
  const { startDemoServer } = await import('../demo/server.ts');
  return startDemoServer();
}
