import type { Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A bound port whose proxy is still to come: who connects meanwhile waits. */
export interface Listener {
  readonly port: number;
  /** Gives the port and the connections that wait to `server`, which closes it from then on. Once. */
  handOver(server: HttpServer): Promise<void>;
  /** Without a hand-over: stops listening, drops the connections that wait. */
  close(): void;
}

/** Rejects with the listener's error, for a port in use. */
export async function openListener(port: number, host: string): Promise<Listener> {
  const waiting: Socket[] = [];
  // paused: what was read before the hand-over would be lost to the HTTP parser
  const early = createServer({ pauseOnConnect: true }, (socket) => {
    waiting.push(socket);
    socket.on('error', () => socket.destroy());
  });
  await listening(early, () => early.listen(port, host));
  return {
    // a TCP listener's address is always this object
    port: (early.address() as AddressInfo).port,
    async handOver(server) {
      await listening(server, () => server.listen(early));
      for (const socket of waiting.splice(0)) {
        server.emit('connection', socket);
        socket.resume();
      }
    },
    close() {
      early.close();
      for (const socket of waiting.splice(0)) socket.destroy();
    },
  };
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    listen();
  });
}
