import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished } from 'vitest';
import { bundle } from './bundle.ts';
import { within } from './deadline.ts';
import { repositoryRoot } from './test-place.ts';

export interface ProxyMemory {
  /** Heap and what hangs outside of it, after a garbage collection. */
  heapBytes: number;
  rssBytes: number;
  /** Connections that are open, on either side. */
  sockets: number;
}

export interface ProxyProcess {
  port: number;
  token: string;
  memory(): Promise<ProxyMemory>;
}

/**
 * A proxy in a process of its own, bundled because node 20 does not run TypeScript. To be called inside of a test: it is
 * ended afterwards, and the test fails when it ended by itself (an unhandled rejection does that) or wrote to stderr.
 */
export async function startProxyProcess(options: object): Promise<ProxyProcess> {
  const folder = join(repositoryRoot, '.test-homes', `bundle-${process.pid}-${Math.random().toString(36).slice(2)}`);
  await mkdir(folder, { recursive: true });
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'proxy.mjs');
  await bundle(`export { startProxy } from './src/proxy/server.ts';`, outfile);
  const script = join(repositoryRoot, 'test/helpers/proxy-process.js');
  const child = spawn(process.execPath, ['--expose-gc', script, outfile, JSON.stringify(options)], { stdio: 'pipe' });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  onTestFinished(async () => {
    const state = { status: child.exitCode, errors };
    child.kill('SIGKILL');
    await exited;
    expect(state).toEqual({ status: null, errors: '' });
  }, 30_000);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const line = within(30_000, 'a word of the proxy process', lines.next());
    return JSON.parse(String((await line).value)) as Record<string, unknown>;
  };
  const { port, token } = await nextLine();
  return {
    port: Number(port),
    token: String(token),
    async memory() {
      child.stdin.write('\n');
      const { heapBytes, rssBytes, sockets } = await nextLine();
      return { heapBytes: Number(heapBytes), rssBytes: Number(rssBytes), sockets: Number(sockets) };
    },
  };
}
