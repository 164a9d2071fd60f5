import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy that leads every connection to one port of this machine. To be used inside of a test, which closes it. */
export interface Tunnel {
  url: string;
  /** `host:port` of every connection that was asked for. */
  targets: readonly string[];
}

/** An HTTP proxy with CONNECT. `port` is asked when a connection comes. */
export async function startHttpTunnel(port: () => number): Promise<Tunnel> {
  const targets: string[] = [];
  const server = createServer();
  const join = joiner();
  server.on('connect', (request, client: Socket) => {
    targets.push(request.url ?? '');
    join(client, port(), 'HTTP/1.1 200 OK\r\n\r\n');
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, targets };
}

/** A SOCKS 5 proxy without login (RFC 1928) that takes host names only. */
export async function startSocksTunnel(port: () => number): Promise<Tunnel> {
  const targets: string[] = [];
  const join = joiner();
  const server = createTcpServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request: Buffer) => {
        const length = request[4] ?? 0;
        targets.push(`${request.subarray(5, 5 + length).toString()}:${request.readUInt16BE(5 + length)}`);
        join(client, port(), Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
      });
    });
  });
  return { url: `socks5://127.0.0.1:${await listen(server)}`, targets };
}

function joiner(): (client: Socket, port: number, greeting: string | Buffer) => void {
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return (client, port, greeting) => {
    const upstream = connect(port, '127.0.0.1', () => {
      client.write(greeting);
      client.pipe(upstream).pipe(client);
    });
    sockets.push(client, upstream);
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // `address()` is an object for every TCP server that listens
  return (server.address() as AddressInfo).port;
}
