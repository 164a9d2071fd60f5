// Runs a proxy (bundled: argv[2]) in a process of its own, with --expose-gc. argv[3]: the options of startProxy as JSON.
// Prints {port, token}; for each line on standard input it collects garbage and prints {heapBytes, rssBytes, sockets}.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [, , bundle, options] = process.argv;
const { startProxy } = await import(pathToFileURL(bundle).href);
const { port, token } = await startProxy(JSON.parse(options));
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
say({ port, token });
createInterface({ input: process.stdin }).on('line', async () => {
  globalThis.gc();
  // the bytes of buffers are freed by the collection behind the one that finds them
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  say({ heapBytes: heapUsed + external, rssBytes: rss, sockets });
});
