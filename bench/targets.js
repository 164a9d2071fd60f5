// The servers that are measured, each a process of its own.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A server that can be measured. `command` holds `{port}` and `{upstream}` (a base URL that ends in `/v1`); the server
 * listens on 127.0.0.1 and takes `POST /v1/responses` with the bearer token `bench`.
 *
 * @typedef {{ name: string, wire: 'chat' | 'responses', command: string[] }} Target
 */

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** @type {Target} */
export const pipe = {
  name: 'byte pipe',
  wire: 'chat',
  command: [process.execPath, file('pipe.js'), '{port}', '{upstream}'],
};

/** @type {Target} */
export const ours = {
  name: 'codex-glm',
  wire: 'responses',
  command: [process.execPath, file('proxy.js'), '{port}', '{upstream}'],
};

/** A proxy of somebody else, from `name=command`. @returns {Target} */
export function peer(option) {
  const [, name, command] = /^([^=]+)=(.+)$/.exec(option) ?? [];
  if (!name) throw new Error(`--peer needs name=command, got "${option}"`);
  return { name, wire: 'responses', command: command.split(' ') };
}

/** Starts a target. @returns the running process, where to reach it, and how to end it */
export async function startTarget({ command }, upstreamUrl) {
  const port = await freePort();
  const [executable, ...args] = command.map((part) =>
    part.replace('{port}', String(port)).replace('{upstream}', upstreamUrl),
  );
  const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  return {
    pid: child.pid,
    port,
    async stop() {
      child.kill();
      const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Resolves when something listens on the port. */
export async function listening(port, deadlineMs = 20_000) {
  const giveUpAt = performance.now() + deadlineMs;
  while (performance.now() < giveUpAt) {
    if (await canConnect(port)) return;
    await sleep(2);
  }
  throw new Error(`nothing listens on port ${port} after ${deadlineMs} ms`);
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** CPU time of all threads of a process so far, in microseconds (Linux). */
export function cpuUs(pid) {
  const folder = `/proc/${pid}/task`;
  const threads = readdirSync(folder).map((thread) => readFileSync(`${folder}/${thread}/schedstat`, 'latin1'));
  return threads.reduce((sum, line) => sum + Number(line.split(' ')[0]) / 1000, 0);
}

/** Memory that a process shares with no other, in MiB (Linux). */
export function privateMiB(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  const kilobytes = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].map(([, value]) => Number(value));
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1024;
}
