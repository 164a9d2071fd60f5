import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  pid: number;
  parentPid: number;
  /** Tells two processes apart that had the same pid one after the other; empty where the system has no cheap answer. */
  startTime: string;
}

/** Every process that can be seen. Linux: /proc; other Unix systems: `ps`; Windows: none, see end-processes.ts. */
export function listProcesses(platform: NodeJS.Platform = process.platform): ProcessEntry[] {
  if (platform === 'win32') return [];
  if (platform !== 'linux') return parsePs(spawnSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' }).stdout ?? '');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
}

/** One process of this Linux machine; undefined when it is gone or only waits to be collected. */
export function readProcess(pid: number | 'self'): ProcessEntry | undefined {
  const fields = readStat(pid);
  if (!fields || fields[0] === 'Z') return undefined;
  return { pid: pid === 'self' ? process.pid : pid, parentPid: Number(fields[1]), startTime: fields[19] ?? '' };
}

/** proc(5): the fields of `/proc/<pid>/stat` from the third on; the second, a name, may hold blanks and brackets. */
export function readStat(pid: number | 'self'): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** What `ps -o pid=,ppid=` prints. */
export function parsePs(text: string): ProcessEntry[] {
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)].map(([, pid, parentPid]) => ({
    pid: Number(pid),
    parentPid: Number(parentPid),
    startTime: '',
  }));
}

/** Children, their children and so on. */
export function descendantsOf(pid: number, processes: readonly ProcessEntry[]): ProcessEntry[] {
  const children = processes.filter(({ parentPid }) => parentPid === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child.pid, processes)]);
}

/**
 * Whether the process was started with `name=value` in its environment. Linux only (elsewhere false): no other system
 * shows it for every process.
 */
export function hasVariable(pid: number, name: string, value?: string): boolean {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return entries.some((entry) => (value === undefined ? entry.startsWith(`${name}=`) : entry === `${name}=${value}`));
  } catch {
    return false;
  }
}

/** Whether a process with this pid runs, under whatever user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** read(2) by architecture, as `/proc/<pid>/task/<tid>/syscall` names it. */
const readNumber: Partial<Record<NodeJS.Architecture, string>> = { x64: '0', arm64: '63' };

/**
 * Whether the process waits at this moment for something to read on its standard input; undefined where that can't be seen.
 * Linux, and processes that this one started.
 */
export function isReadingStdin(pid: number): boolean | undefined {
  const number = readNumber[process.arch];
  if (process.platform !== 'linux' || number === undefined) return undefined;
  const tasks = `/proc/${pid}/task`;
  try {
    return readdirSync(tasks).some((tid) => syscallOf(`${tasks}/${tid}`)?.startsWith(`${number} 0x0 `) === true);
  } catch {
    return undefined;
  }
}

/** @returns undefined for a thread that has just ended */
function syscallOf(task: string): string | undefined {
  try {
    return readFileSync(`${task}/syscall`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
