import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPlace } from './test-place.ts';

export interface RunningProcess {
  pid: number;
  command: string;
}

/** The running processes that a test started, directly or not. Linux only (elsewhere none is found). */
export async function processesOf(place: TestPlace): Promise<RunningProcess[]> {
  const found: RunningProcess[] = [];
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    // a process may end between two lines
    const environment = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
    if (!environment.includes(`TEST_PLACE=${place.mark}`)) continue;
    const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (command !== '') found.push({ pid: Number(entry), command: command.replaceAll('\0', ' ').trim() });
  }
  return found;
}

/** What is still there of a test's processes after `deadlineMs`: [] as soon as nothing is. */
export async function leftProcesses(place: TestPlace, deadlineMs = 3000): Promise<RunningProcess[]> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const left = await processesOf(place);
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(50);
  }
}

/** Addresses (`127.0.0.1:43210`) at which processes listen for TCP connections. Linux only. */
export async function listenersOf(processes: readonly RunningProcess[]): Promise<string[]> {
  const addressByInode = new Map<string, string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state === '0A') addressByInode.set(inode, readableAddress(local));
    }
  }
  const found = new Set<string>();
  for (const { pid } of processes) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      const address = addressByInode.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '');
      if (address !== undefined) found.add(address);
    }
  }
  return [...found];
}

/** `0100007F:A8CA` (little endian) -> `127.0.0.1:43210`; an IPv6 address stays hexadecimal. */
function readableAddress(local: string): string {
  const [host = '', port = ''] = local.split(':');
  const readable = host.length === 8 ? Buffer.from(host, 'hex').toReversed().join('.') : host;
  return `${readable}:${Number.parseInt(port, 16)}`;
}
