import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { RequestError } from '../../errors/errors.ts';
import { toOpenAiError } from '../../errors/present.ts';

/** What node has refused before it became a request, as an error of ours. */
const refusals: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers of the request are too large.'],
};

/**
 * Tells in OpenAI's shape what node refuses by itself: requests that are no HTTP, headers above 16 KiB or slower than
 * 60 s, requests slower than 300 s.
 */
export function explainRefusals(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const [status, message] = refusals[error.code ?? ''] ?? [400, 'The request is not valid HTTP.'];
    const { headers, body } = toOpenAiError(new RequestError('BAD_REQUEST', status, message));
    socket.end(
      `HTTP/1.1 ${status} ${statusWords[status]}\r\nconnection: close\r\ncontent-type: ${headers['content-type']}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
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
