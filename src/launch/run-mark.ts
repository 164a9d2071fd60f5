import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenVariable } from '../codex/profile.ts';
import { inDataFolder } from './files/data-folder.ts';
import { endProcesses } from './processes/end-processes.ts';
import { hasVariable, isAlive, listProcesses, readProcess, type ProcessEntry } from './processes/process-table.ts';
import { removeTemporaryFiles } from './files/temporary-files.ts';

/**
 * In the environment of codex and of every shell command that it starts, so that these can be found when codex is gone:
 * they have process groups of their own. Not named CODEX_GLM_*, which the model's shell does not see.
 */
export const markVariable = 'CODEXGLM_RUN';

/** One run's sign of life: a file named by the launcher's pid and start time. */
export interface Run {
  /** Value of `markVariable` for this run. */
  mark: string;
  /** Takes the sign of life away. */
  end(): void;
}

/**
 * @param dataFolder the signs of life are in `run/` below it
 * @throws CodexError CODEX_HOME_UNUSABLE
 */
export function beginRun(dataFolder: string): Run {
  const folder = join(dataFolder, 'run');
  const mark = ownMark();
  const file = join(folder, mark);
  inDataFolder(dataFolder, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, '', { mode: 0o600 });
  });
  return { mark, end: () => rmSync(file, { force: true }) };
}

/**
 * Removes what killed runs left: shell commands of codex and unfinished files. A codex that still runs although its
 * launcher is dead is left alone with all its commands: somebody may be looking at its TUI, and an `exec` ends by itself
 * because its proxy is gone. Resolves when all is done; never rejects.
 */
export async function sweepDeadRuns(dataFolder: string): Promise<void> {
  const folder = join(dataFolder, 'run');
  try {
    const dead = readdirSync(folder).filter((mark) => !isRunning(mark));
    if (dead.length === 0) return;
    removeTemporaryFiles(dataFolder);
    for (const mark of dead) {
      if (marked(mark).some(({ pid }) => hasVariable(pid, tokenVariable))) continue;
      await endProcesses(() => marked(mark));
      rmSync(join(folder, mark), { force: true });
    }
  } catch {
    // The next run tries again.
  }
}

/** The processes that carry the mark. */
export function marked(mark: string): ProcessEntry[] {
  return process.platform === 'linux' ? listProcesses().filter(({ pid }) => hasVariable(pid, markVariable, mark)) : [];
}

/** Names this process, and no later one that is given its pid. */
export function ownMark(): string {
  return `${process.pid}-${startTime(process.pid)}`;
}

/** Does the process that a mark names still run? */
export function isRunning(mark: string): boolean {
  const [pid = '', start] = mark.split('-');
  return isAlive(Number(pid)) && startTime(Number(pid)) === start;
}

/** Without it a pid that is in use again only delays the sweep. */
function startTime(pid: number): string {
  return (process.platform === 'linux' && readProcess(pid)?.startTime) || '0';
}
