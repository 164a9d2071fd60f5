import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { demoProvider } from '../catalog/providers/demo.ts';
import { glmViolations } from './glm-rules.ts';
import { estimateTokens, glmChunks, glmCompletion, type GlmAnswerFrame } from './glm-stream.ts';
import { nextStep } from './script.ts';
import { isRecord, type GlmViolation } from './violation.ts';

export interface DemoServer {
  /** Chat Completions base: `/chat/completions` is appended. */
  baseUrl: string;
  /** Cuts what is still open; afterwards nothing of the server keeps the process alive. Idempotent. */
  close(): Promise<void>;
}

export interface DemoServerOptions {
  /** Told of everything in a request that GLM would refuse; the request is refused as well. */
  onViolation?: (violations: readonly GlmViolation[], request: unknown) => void;
}

/** Starts the scripted GLM server on a free loopback port. Any bearer key is taken, none too. */
export async function startDemoServer(options: DemoServerOptions = {}): Promise<DemoServer> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // `address()` is an object for every TCP server that listens
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, options: DemoServerOptions): Promise<void> {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /models') return sendJson(response, 200, modelList());
  if (route !== 'POST /chat/completions') {
    return sendJson(response, 404, { error: { code: '1222', message: `There is no ${route}` } });
  }
  const body = parse(await read(request));
  const violations = glmViolations(body);
  const [first] = violations;
  if (first) {
    options.onViolation?.(violations, body);
    return sendJson(response, first.status, { error: { code: first.code, message: first.message } });
  }
  // glmViolations has shown that it is a record with a list of messages
  const chat = body as Record<string, unknown>;
  const messages = chat['messages'] as unknown[];
  const { calls = [], ...step } = nextStep(messages, Array.isArray(chat['tools']) ? chat['tools'] : []);
  const glmAnswer = { ...step, calls: calls.map((call) => ({ id: `call_${randomUUID()}`, ...call })) };
  const frame = frameOf(chat, messages);
  if (chat['stream'] !== true) return sendJson(response, 200, glmCompletion(frame, glmAnswer));
  response.writeHead(200, { 'content-type': 'text/event-stream;charset=UTF-8', 'cache-control': 'no-cache' });
  for (const chunk of glmChunks(frame, glmAnswer)) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end('data: [DONE]\n\n');
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' });
  response.end(JSON.stringify(body));
}

function modelList(): unknown {
  return {
    object: 'list',
    data: demoProvider.models.map(({ id }) => ({ id, object: 'model', created: 0, owned_by: 'z-ai' })),
  };
}

function frameOf(chat: Record<string, unknown>, messages: readonly unknown[]): GlmAnswerFrame {
  // GLM caches the prefix that an earlier request had: all before the latest answer
  const lastAnswer = messages.findLastIndex((message) => isRecord(message) && message['role'] === 'assistant');
  return {
    id: randomUUID().replaceAll('-', ''),
    model: String(chat['model']),
    createdSeconds: Math.floor(Date.now() / 1000),
    promptTokens: estimateTokens(JSON.stringify([messages, chat['tools']])),
    cachedTokens: lastAnswer === -1 ? 0 : estimateTokens(JSON.stringify(messages.slice(0, lastAnswer))),
  };
}
