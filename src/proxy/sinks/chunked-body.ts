import type { ServerResponse } from 'node:http';

/**
 * Writes the next part of a streamed body, in one piece. The first part must have gone out by `response.write`, with the
 * head. False: the client is slow, wait for `drained` before the next one.
 *
 * Node itself hands a chunk to the socket as four pieces (size, line end, part, line end), and gathering them costs more
 * than sending them: 7.4 against 2.9 µs of CPU for one event (Node 20.20, loopback).
 */
export function writePart(response: ServerResponse, text: string): boolean {
  const { socket } = response;
  // no socket: another response on the same connection comes first; HTTP/1.0 knows no chunks
  if (!socket || !response.chunkedEncoding) return response.write(text);
  const sizeBytes = Buffer.byteLength(text);
  // ASCII alone is copied as it is, where UTF-8 has to be encoded
  return socket.write(`${sizeBytes.toString(16)}\r\n${text}\r\n`, sizeBytes === text.length ? 'latin1' : 'utf8');
}

/** Resolves when the client can take more; also when it is gone. */
export function drained(response: ServerResponse): Promise<void> {
  const { socket } = response;
  return new Promise((resolve) => {
    const settle = () => {
      socket?.off('drain', settle);
      response.off('drain', settle);
      response.off('close', settle);
      resolve();
    };
    socket?.on('drain', settle);
    response.on('drain', settle);
    response.on('close', settle);
  });
}
