// The yardstick: what a proxy on node:http costs that hands every byte on and looks at none.
// Usage: node pipe.js <port> <upstream base URL>
import { Agent, createServer, request as ask } from 'node:http';

const [port, upstream] = process.argv.slice(2);
const { hostname, port: upstreamPort, pathname } = new URL(upstream);
const agent = new Agent({ keepAlive: true });

createServer((request, response) => {
  const path = pathname + request.url.replace(/^\/v1/, '');
  const options = { hostname, port: upstreamPort, path, method: request.method, headers: request.headers, agent };
  const forwarded = ask(options, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  forwarded.on('error', () => response.destroy());
  request.pipe(forwarded);
}).listen(Number(port), '127.0.0.1');
