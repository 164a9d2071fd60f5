import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { RequestError } from '../../errors/errors.ts';
import { toOpenAiError } from '../../errors/present.ts';

/** What node has refused before it became a request, as an error of ours. */
const refusals: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
  HPE_INVALID_EOF_STATE: [400, 'The request broke off before its end.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers of the request are too large.'],
};

/** How long a client may take to read such an error and to close its side. */
const lingerMs = 1000;

/**
 * Tells in OpenAI's shape what node refuses by itself: requests that are no HTTP, headers above 16 KiB or slower than
 * 60 s, requests slower than 300 s.
 */
export function explainRefusals(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET' || isAnswering(socket)) return void socket.destroy();
    const [status, message] = refusals[error.code ?? ''] ?? [400, 'The request is not valid HTTP.'];
    const { headers, body } = toOpenAiError(new RequestError('BAD_REQUEST', status, message));
    socket.end(
      `HTTP/1.1 ${status} ${statusWords[status]}\r\nconnection: close\r\ncontent-type: ${headers['content-type']}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    // else the connection would be open, and its request under way, for as long as the client likes
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(timer));
  });
}

/** An error would be read as part of the answer that has begun. Node's own handler looks at the same field. */
function isAnswering(socket: Socket & { _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent ?? false;
}

const statusWords: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Requests that a proxy works on at once, those in line for their provider included. */
const maxRunning = 512;

/** @throws RequestError TOO_MANY_REQUESTS (429) */
export function checkRunning(running: number, response: ServerResponse): void {
  if (running < maxRunning) return;
  response.setHeader('retry-after', '1');
  throw new RequestError('TOO_MANY_REQUESTS', 429, `The proxy works on ${maxRunning} requests already.`, {
    hint: 'Try again in a moment.',
  });
}
