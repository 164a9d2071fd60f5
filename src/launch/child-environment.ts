import { tokenVariable } from '../codex/profile.ts';
import { cleanKey } from '../config/clean-key.ts';
import type { FoundCodex } from './binary/codex-package.ts';
import { markVariable } from './run-mark.ts';

export interface ChildEnvironmentInput {
  environment: NodeJS.ProcessEnv;
  codexHome: string;
  /** Of this run; codex's shell commands inherit it. */
  mark: string;
  codex: Pick<FoundCodex, 'variables' | 'toolFolder'>;
  /** Absent for a plain subcommand. */
  session?: {
    token: string;
    /** Every variable that holds it is withheld from codex. */
    withheldKey: string | undefined;
  };
  platform?: NodeJS.Platform;
}

/** Pure. The environment of codex: the user's, without our settings and without the provider's key. */
export function childEnvironment(input: ChildEnvironmentInput): NodeJS.ProcessEnv {
  const { environment, codex, session, platform = process.platform } = input;
  const child: NodeJS.ProcessEnv = {};
  const set = (name: string, value: string) => {
    // Windows would otherwise pass the first of two spellings on.
    for (const other of Object.keys(child)) if (sameName(other, name, platform)) delete child[other];
    child[name] = value;
  };

  const read = (name: string) => Object.entries(environment).find(([other]) => sameName(other, name, platform))?.[1];

  for (const [name, value] of Object.entries(environment)) {
    const isKey = session?.withheldKey !== undefined && cleanKey(value ?? '') === session.withheldKey;
    if (value !== undefined && !isKey && !isWithheld(name)) child[name] = value;
  }
  for (const [name, value] of Object.entries(codex.variables)) set(name, value);
  if (codex.toolFolder)
    set('PATH', [codex.toolFolder, read('PATH')].filter(Boolean).join(platform === 'win32' ? ';' : ':'));
  set('CODEX_HOME', input.codexHome);
  set(markVariable, input.mark);
  if (!session) return child;
  set(tokenVariable, session.token);
  const [upper, lower] = [read('NO_PROXY'), read('no_proxy')];
  set('no_proxy', withLoopback(lower || upper));
  // One and the same variable on Windows.
  if (platform !== 'win32') set('NO_PROXY', withLoopback(upper || lower));
  return child;
}

/** Our settings, and the one variable by which codex would keep its databases outside of its home. */
function isWithheld(name: string): boolean {
  return /^(CODEX_GLM_|CODEX_SQLITE_HOME$)/i.test(name);
}

/** codex reaches the proxy directly, whatever HTTP proxy the user has. */
function withLoopback(list: string | undefined): string {
  const hosts = (list ?? '').split(',').map((host) => host.trim());
  return [...new Set([...hosts, '127.0.0.1', 'localhost', '::1'])].filter(Boolean).join(',');
}

function sameName(one: string, other: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? one.toUpperCase() === other.toUpperCase() : one === other;
}
