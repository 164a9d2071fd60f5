import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where codex-glm keeps its files. Nothing is ever kept in the user's own codex home. */
export interface Paths {
  /** `~/.codex-glm`, or what CODEX_GLM_HOME names. */
  dataFolder: string;
  /** The CODEX_HOME of every run: sessions, trust answers, MCP servers. */
  codexHome: string;
  codexConfigFile: string;
  /** Model catalogs for codex, named by their content. */
  catalogFolder: string;
}

export function findPaths(environment: NodeJS.ProcessEnv): Paths {
  const dataFolder = resolve(environment['CODEX_GLM_HOME'] || join(homedir(), '.codex-glm'));
  const codexHome = join(dataFolder, 'codex-home');
  return {
    dataFolder,
    codexHome,
    codexConfigFile: join(codexHome, 'config.toml'),
    catalogFolder: join(dataFolder, 'catalogs'),
  };
}
