/** A Chat Completions server on loopback that answers by script: one step per request, the last one for all others. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalOf } from './deadline.ts';

export type Step = (response: ServerResponse, request: SeenRequest) => Promise<void> | void;

export interface SeenRequest {
  url: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** Resolves when the connection under the request is gone before the answer was complete. */
  aborted: Promise<void>;
}

export interface ScriptedUpstream {
  baseUrl: string;
  requests: SeenRequest[];
  /** Resolves with the next request that arrives. */
  nextRequest(): Promise<SeenRequest>;
  close(): Promise<void>;
}

export async function startScriptedUpstream(...steps: Step[]): Promise<ScriptedUpstream> {
  const requests: SeenRequest[] = [];
  let waiting: ((request: SeenRequest) => void)[] = [];
  const server = createServer(async (request, response) => {
    // the list of models, which is asked for beside the conversation
    if (request.method === 'GET') return sendJson(response, 200, { object: 'list', data: [{ id: 'live-1' }] });
    const parts: Buffer[] = [];
    try {
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    } catch {
      return; // the client left before its request was whole
    }
    const gone = signalOf();
    response.on('close', () => {
      if (!response.writableFinished) gone.resolve();
    });
    const step = steps[Math.min(requests.length, steps.length - 1)];
    const seen: SeenRequest = {
      url: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>,
      aborted: gone.promise,
    };
    requests.push(seen);
    for (const resolve of waiting) resolve(seen);
    waiting = [];
    await step?.(response, seen);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4`,
    requests,
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type Chunk = Record<string, unknown>;

const base = { id: '2026112100000000', created: 1_795_000_000, model: 'glm-5.3' };

/** One chunk in GLM's shape. */
export function delta(part: Record<string, unknown>, finishReason: string | null = null): Chunk {
  return { ...base, choices: [{ index: 0, delta: part, finish_reason: finishReason }] };
}

export function finish(reason: string): Chunk {
  return {
    ...delta({}, reason),
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
  };
}

/** A plain answer: some reasoning, then the text in two deltas. */
export function textChunks(text: string): Chunk[] {
  const middle = Math.ceil(text.length / 2);
  return [
    delta({ role: 'assistant', reasoning_content: 'Let me think.' }),
    delta({ content: text.slice(0, middle) }),
    delta({ content: text.slice(middle) }),
    finish('stop'),
  ];
}

export function frame(chunk: Chunk): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function openSse(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** Streams the chunks and `[DONE]`. */
export function stream(chunks: Chunk[]): Step {
  return (response) => {
    openSse(response);
    response.end(`${chunks.map(frame).join('')}data: [DONE]\n\n`);
  };
}

/** Like `stream`, in pieces of so many bytes, each a TCP segment of its own as far as the system allows. */
export function streamInPieces(chunks: Chunk[], pieceBytes: number): Step {
  return async (response) => {
    openSse(response);
    response.socket?.setNoDelay(true);
    const bytes = Buffer.from(`${chunks.map(frame).join('')}data: [DONE]\n\n`);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      response.write(bytes.subarray(at, at + pieceBytes));
      await sleep(0);
    }
    response.end();
  };
}

/** Streams the chunks, waits for the gate, streams the rest. */
export function streamInTwo(first: Chunk[], gate: Promise<void>, rest: Chunk[]): Step {
  return async (response) => {
    openSse(response);
    response.flushHeaders();
    if (first.length > 0) response.write(first.map(frame).join(''));
    await gate;
    response.end(`${rest.map(frame).join('')}data: [DONE]\n\n`);
  };
}

/** Takes the request and never answers; with chunks, begins and falls silent. */
export function hang(chunks?: Chunk[]): Step {
  return (response) => {
    if (!chunks) return;
    openSse(response);
    response.write(chunks.map(frame).join(''));
  };
}

/** Streams the chunks, then ends the body politely, without finish_reason or `[DONE]`. */
export function endEarly(chunks: Chunk[]): Step {
  return (response) => {
    openSse(response);
    response.end(chunks.map(frame).join(''));
  };
}

/** Streams the chunks, then resets the connection once they have left. */
export function cut(chunks: Chunk[]): Step {
  return (response) => {
    openSse(response);
    response.write(chunks.map(frame).join(''), () => response.socket?.destroy());
  };
}

/** Resets the connection without a byte. */
export function reset(): Step {
  return (response) => void response.socket?.resetAndDestroy();
}

export function status(code: number, body: unknown = '', headers: Record<string, string> = {}): Step {
  return (response) => sendJson(response, code, body, headers);
}

function sendJson(response: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(text);
}

/** A failure in GLM's shape. */
export function glmError(httpStatus: number, code: string, message: string, headers?: Record<string, string>): Step {
  return status(httpStatus, { error: { code, message } }, headers);
}

export function html(code: number, title: string): Step {
  return (response) => {
    response
      .writeHead(code, { 'content-type': 'text/html' })
      .end(`<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>x</h1></body></html>`);
  };
}
