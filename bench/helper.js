// Helper processes (upstream, load client): started with fork, asked over its channel.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** In a helper: answers each `{name, input}` of the parent by calling `handlers[name](input)`; ends with the parent. */
export function serve(handlers) {
  process.on('message', async ({ id, name, input }) => {
    try {
      process.send({ id, value: await handlers[name](input) });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
  process.on('disconnect', () => process.exit());
}

/**
 * In the parent: starts a helper. `ask` rejects after `deadlineMs` and when the helper ends.
 *
 * @returns {{ ask(name: string, input?: object, deadlineMs?: number): Promise<any>, stop(): void }}
 */
export function startHelper(file) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), { serialization: 'advanced' });
  const open = new Map();
  let lastId = 0;
  child.on('message', ({ id, value, error }) => {
    const { resolve, reject } = open.get(id) ?? {};
    open.delete(id);
    if (error === undefined) resolve?.(value);
    else reject?.(new Error(error));
  });
  child.on('exit', (code) => {
    for (const { reject } of open.values()) reject(new Error(`${file} ended with status ${code}`));
  });
  return {
    ask(name, input = {}, deadlineMs = 60_000) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${file}: no answer to "${name}" in time`)), deadlineMs);
        const settle = (end) => (value) => {
          clearTimeout(timer);
          end(value);
        };
        open.set(id, { resolve: settle(resolve), reject: settle(reject) });
        child.send({ id, name, input });
      });
    },
    stop: () => child.disconnect(),
  };
}
