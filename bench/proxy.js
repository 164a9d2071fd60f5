// Our proxy alone, as a program. Usage: node proxy.js <port> <upstream base URL>
import { startProxy } from '../dist/index.js';

const [port, upstream] = process.argv.slice(2);
await startProxy({
  provider: 'zai',
  baseUrl: upstream,
  port: Number(port),
  token: 'bench',
  apiKey: 'k',
  maxConcurrent: 0,
});
