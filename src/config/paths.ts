import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { UsageError } from '../errors/errors.ts';

/** Where codex-glm keeps its files. Nothing is ever kept in the user's own codex home. */
export interface Paths {
  /** `~/.codex-glm`, or what CODEX_GLM_HOME names. */
  dataFolder: string;
  /** What the user has set; nothing is written there but by `setup` and `config`. */
  settingsFile: string;
  /** Keys, readable by their owner only. */
  credentialsFile: string;
  /** What recent runs used, one JSON line each. */
  usageFile: string;
  /** Which models each provider's server named last. */
  modelListFolder: string;
  /** The CODEX_HOME of every run: sessions, trust answers, MCP servers. */
  codexHome: string;
  codexConfigFile: string;
  /** `$CODEX_HOME`, or `~/.codex`: what codex would use without us. */
  userCodexHome: string;
  /** Model catalogs for codex, named by their content. */
  catalogFolder: string;
  /** Our own code as V8 compiled it. */
  codeCacheFolder: string;
}

/**
 * The user's home folder. One that is empty or relative would lead into the folder that is worked in, whose files must not
 * choose anything: then the system's own answer counts.
 * @throws UsageError BAD_SETTING
 */
export function findUserHome(environment: NodeJS.ProcessEnv): string {
  const home = knownUserHome(environment);
  if (home !== undefined) return home;
  throw new UsageError('BAD_SETTING', 'There is no home folder to keep settings and sessions in.', {
    hint: 'Set HOME, or name a folder for them in CODEX_GLM_HOME.',
  });
}

function knownUserHome(environment: NodeJS.ProcessEnv): string | undefined {
  const named = environment[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'];
  if (named !== undefined && isAbsolute(named)) return named;
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : undefined;
  } catch {
    // a user without an entry, as in some containers
    return undefined;
  }
}

/** @throws UsageError BAD_SETTING when there is neither a home folder nor CODEX_GLM_HOME */
export function findPaths(environment: NodeJS.ProcessEnv): Paths {
  const dataFolder = resolve(environment['CODEX_GLM_HOME'] || join(findUserHome(environment), '.codex-glm'));
  const codexHome = join(dataFolder, 'codex-home');
  return {
    dataFolder,
    settingsFile: join(dataFolder, 'config.toml'),
    credentialsFile: join(dataFolder, 'credentials.toml'),
    usageFile: join(dataFolder, 'usage.jsonl'),
    modelListFolder: join(dataFolder, 'models'),
    codexHome,
    codexConfigFile: join(codexHome, 'config.toml'),
    // without a home there is nothing to take over from
    userCodexHome: resolve(environment['CODEX_HOME'] || join(knownUserHome(environment) ?? dataFolder, '.codex')),
    catalogFolder: join(dataFolder, 'catalogs'),
    codeCacheFolder: join(dataFolder, 'code-cache'),
  };
}
