import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { RequestError } from '../../errors/errors.ts';
import type { SandboxMode, SandboxPolicy, ThreadSettings } from '../../protocol/app-server.ts';
import { isInside } from '../images/images.ts';
import type { ServeSettings } from './serve-settings.ts';

/** What every thread of the server is started and resumed with. */
export function threadSettings(settings: ServeSettings): ThreadSettings {
  return {
    cwd: settings.workdir,
    approvalPolicy: settings.approvalPolicy,
    sandbox: settings.sandbox,
    config: {
      web_search: settings.webSearch ? 'live' : 'disabled',
      'sandbox_workspace_write.network_access': settings.networkAccess,
    },
  };
}

/**
 * What one request changes for its turn. Where the operator allows changes both are always said: codex would else keep
 * those of the thread's last turn.
 * @throws RequestError 403 for what the operator does not allow, 400 for a sandbox that is none
 */
export function turnOverrides(
  asked: { sandbox?: string; workdir?: string },
  settings: ServeSettings,
): { cwd?: string; sandboxPolicy?: SandboxPolicy } {
  for (const name of ['sandbox', 'workdir'] as const) {
    if (asked[name] !== undefined && !settings.overrides.includes(name)) {
      throw new RequestError('BAD_REQUEST', 403, `This server does not let requests choose the ${name}.`, {
        hint: `Its operator can allow it: CODEX_GLM_SERVE_ALLOW=${name}.`,
      });
    }
  }
  if (settings.overrides.length === 0) return {};
  return {
    cwd: workdirInside(asked.workdir, settings.workdir),
    sandboxPolicy: toSandboxPolicy(asked.sandbox ?? settings.sandbox, settings.networkAccess),
  };
}

function workdirInside(asked: string | undefined, own: string): string {
  if (asked === undefined) return own;
  try {
    const folder = realpathSync(resolve(own, asked));
    if (isInside(folder, realpathSync(own))) return folder;
  } catch {
    // the same answer as for one that is elsewhere
  }
  throw new RequestError(
    'BAD_REQUEST',
    403,
    'The workdir is not a folder inside of the one that this server works in.',
  );
}

function toSandboxPolicy(mode: string, networkAccess: boolean): SandboxPolicy {
  switch (mode satisfies SandboxMode | string) {
    case 'read-only':
      return { type: 'readOnly', networkAccess: false };
    case 'workspace-write': {
      const none = { writableRoots: [], excludeTmpdirEnvVar: false, excludeSlashTmp: false };
      return { type: 'workspaceWrite', networkAccess, ...none };
    }
    case 'danger-full-access':
      return { type: 'dangerFullAccess' };
    default:
      throw new RequestError('BAD_REQUEST', 400, `"${mode}" is no sandbox.`, {
        hint: 'There are read-only, workspace-write and danger-full-access.',
      });
  }
}
