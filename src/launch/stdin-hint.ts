import { fstatSync } from 'node:fs';

import { isReadingStdin } from './processes/process-table.ts';

const silenceMs = 10_000;
const againMs = 1_000;

export interface StdinWatch {
  /** codex runs under this pid. */
  spawned(pid: number | undefined): void;
  /** codex has made its first request, or has ended. */
  stop(): void;
}

/**
 * Says once why codex may be waiting when standard input is a pipe whose end does not come: `codex exec` reads it to its
 * end before its first request. The pipe itself belongs to codex, so what is watched is whether a request has arrived and,
 * where that can be seen, whether codex reads: it may as well be busy with the start of an MCP server.
 */
export function watchStdin(notice: (line: string) => void, isPipe = isStdinPipe()): StdinWatch {
  if (!isPipe) return { spawned: () => {}, stop: () => {} };
  let codexPid: number | undefined;
  const look = () => {
    if (codexPid !== undefined && isReadingStdin(codexPid) === false) {
      timer = setTimeout(look, againMs);
      return;
    }
    notice(
      'codex has asked nothing yet: it may wait for the end of standard input, which is a pipe. ' +
        'If nothing is meant to come: codex-glm --no-stdin ..., or CODEX_GLM_STDIN=closed.',
    );
  };
  let timer = setTimeout(look, silenceMs);
  return { spawned: (pid) => void (codexPid = pid), stop: () => clearTimeout(timer) };
}

function isStdinPipe(): boolean {
  try {
    const status = fstatSync(0);
    return status.isFIFO() || status.isSocket();
  } catch {
    return false;
  }
}
