import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { glmViolations } from '../../src/demo/glm-rules.ts';
import { glmChunks, type GlmAnswer } from '../../src/demo/glm-stream.ts';
import type { ChatRequest } from '../../src/protocol/chat.ts';

/** What the provider does with one request. */
export type ProviderStep =
  | Answer
  /** The answer's chunks, but the connection is cut before finish_reason. */
  | { cut: Answer }
  | { status: number; body: unknown; headers?: Record<string, string> }
  /** A stream of these `data:` payloads. */
  | { data: readonly string[] }
  /** Headers of a stream and the answer's first chunk, then silence until the client leaves. */
  | { hang: Answer };

export interface Answer {
  reasoning?: string;
  text?: string;
  /** In chat names: `mcp__tiny__add_numbers`. */
  calls?: readonly { name: string; arguments: Record<string, unknown> | string }[];
  /** Becomes a call of apply_patch. */
  patch?: string;
  finishReason?: string;
  promptTokens?: number;
}

export interface ReceivedRequest {
  authorization: string | undefined;
  body: ChatRequest;
}

export interface StrictProvider {
  baseUrl: string;
  requests: readonly ReceivedRequest[];
}

/** Step `index` of a list; a request more than there are steps fails the test. */
export type Script = readonly ProviderStep[] | ((request: ChatRequest, index: number) => ProviderStep);

/**
 * A provider that answers by script and refuses what GLM would refuse. To be called inside of a test: it is closed
 * afterwards, and the test fails when a request broke a rule.
 * @param beside serves what is no request to a model
 */
export async function startStrictProvider(script: Script, beside?: RequestListener): Promise<StrictProvider> {
  const requests: ReceivedRequest[] = [];
  const problems: string[] = [];
  const server = createServer((request, response) => {
    if (beside && !request.url?.endsWith('/chat/completions')) return beside(request, response);
    serve(request, response).catch((error: unknown) => {
      problems.push(String(error));
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    // what it really is, glmViolations finds out
    const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as ChatRequest;
    const index = requests.push({ authorization: request.headers.authorization, body }) - 1;
    const violations = glmViolations(body);
    problems.push(...violations.map(({ code, message }) => `request ${index}: ${code} ${message}`));
    const [first] = violations;
    if (first) return sendJson(response, { status: first.status, body: { error: first } });
    const step = typeof script === 'function' ? script(body, index) : script[index];
    if (!step) {
      problems.push(`request ${index}: there is no step for it`);
      return sendJson(response, { status: 400, body: { error: { code: '1214', message: 'no step' } } });
    }
    if ('status' in step) return sendJson(response, step);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if ('data' in step) response.end(step.data.map((payload) => `data: ${payload}\n\n`).join(''));
    else sendAnswer(response, step, body, index);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    expect(problems).toEqual([]);
  });
  // `address()` is an object for every TCP server that listens
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function sendJson(
  response: ServerResponse,
  { status, body, headers = {} }: { status: number; body: unknown; headers?: Record<string, string> },
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(text);
}

function sendAnswer(
  response: ServerResponse,
  step: Exclude<ProviderStep, { status: number } | { data: readonly string[] }>,
  body: ChatRequest,
  index: number,
): void {
  const answer = 'cut' in step ? step.cut : 'hang' in step ? step.hang : step;
  const frame = {
    id: `chat-${index}`,
    model: body.model,
    createdSeconds: 1_790_000_000,
    promptTokens: answer.promptTokens ?? 1000,
    cachedTokens: 500,
  };
  const lines = glmChunks(frame, glmAnswer(answer, body, index)).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  if ('hang' in step) {
    response.write(lines[0] ?? '');
  } else if ('cut' in step) {
    response.write(lines.slice(0, -1).join(''), () => response.destroy());
  } else {
    response.end(`${lines.join('')}data: [DONE]\n\n`);
  }
}

function glmAnswer({ calls = [], patch, ...rest }: Answer, body: ChatRequest, index: number): GlmAnswer {
  const all = [
    ...calls,
    ...(patch === undefined ? [] : [{ name: 'apply_patch', arguments: patchArguments(patch, body) }]),
  ];
  return {
    ...rest,
    calls: all.map((call, i) => ({
      id: `call_${index}_${i}`,
      name: call.name,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
    })),
  };
}

/** apply_patch reaches the provider as a function with one text field. */
function patchArguments(patch: string, body: ChatRequest): Record<string, unknown> {
  const declared = body.tools?.find((tool) => tool.type === 'function' && tool.function.name === 'apply_patch');
  const properties = declared?.type === 'function' ? declared.function.parameters['properties'] : undefined;
  const [field] = Object.keys(properties ?? {});
  if (field === undefined) throw new Error('apply_patch was not offered');
  return { [field]: patch };
}
