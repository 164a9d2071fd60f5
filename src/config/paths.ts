import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

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
}

export function findPaths(environment: NodeJS.ProcessEnv): Paths {
  const dataFolder = resolve(environment['CODEX_GLM_HOME'] || join(homedir(), '.codex-glm'));
  const codexHome = join(dataFolder, 'codex-home');
  return {
    dataFolder,
    settingsFile: join(dataFolder, 'config.toml'),
    credentialsFile: join(dataFolder, 'credentials.toml'),
    usageFile: join(dataFolder, 'usage.jsonl'),
    modelListFolder: join(dataFolder, 'models'),
    codexHome,
    codexConfigFile: join(codexHome, 'config.toml'),
    userCodexHome: resolve(environment['CODEX_HOME'] || join(homedir(), '.codex')),
    catalogFolder: join(dataFolder, 'catalogs'),
  };
}
