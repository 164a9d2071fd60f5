import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { glmViolations } from '../../src/demo/glm-rules.ts';
import { glmChunks, type GlmAnswer } from '../../src/demo/glm-stream.ts';
import { nextStep } from '../../src/demo/script.ts';
import type { ChatRequest } from '../../src/protocol/chat.ts';

/** What the simulated vendor knows of a key. */
export interface SimulatedAccount {
  region: 'zai' | 'bigmodel';
  kind: 'plan' | 'pay-as-you-go';
}

export interface SimulatedGlm {
  /** Lines for config.toml that lead every GLM provider here. */
  settings: string;
  /** `METHOD region path status`, in the order of arrival. */
  log: readonly string[];
}

/**
 * Both of the vendor's hosts with all their endpoints: four for chat, two for Responses, model lists and the quota call.
 * A key works only where its account belongs; elsewhere it is refused in the vendor's way. Conversations are those of the
 * demo. To be called inside of a test: it is closed afterwards.
 */
export async function startSimulatedGlm(accounts: Readonly<Record<string, SimulatedAccount>>): Promise<SimulatedGlm> {
  const log: string[] = [];
  const hosts = { zai: '', bigmodel: '' };
  for (const region of ['zai', 'bigmodel'] as const) {
    hosts[region] = await listen((request, response) => {
      response.once('finish', () => log.push(`${request.method} ${region} ${request.url} ${response.statusCode}`));
      serve(region, accounts, request, response).catch(() => response.destroy());
    });
  }
  const settings = (['zai', 'bigmodel'] as const).flatMap((region) => [
    `[providers.${region}-coding]`,
    `base_url = "${hosts[region]}/api/coding/paas/v4"`,
    `responses_base_url = "${hosts[region]}/api/v1"`,
    `[providers.${region}]`,
    `base_url = "${hosts[region]}/api/paas/v4"`,
  ]);
  return { settings: `${settings.join('\n')}\n`, log };
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  // `address()` is an object for every TCP server that listens
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(
  region: SimulatedAccount['region'],
  accounts: Readonly<Record<string, SimulatedAccount>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts).toString('utf8');
  const key = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  const account = accounts[key];
  const path = request.url ?? '';
  const isKnown = account?.region === region;
  if (path === '/api/monitor/usage/quota/limit') return json(response, 200, isKnown ? quotaOf(account) : noQuota);
  if (!account || !isKnown) return refuse(response, 401, '1000', 'Authentication Failed');
  if (path.startsWith('/api/coding/paas/v4/')) {
    if (account.kind !== 'plan') return refuse(response, 429, '1309', 'Your GLM Coding Plan package has expired');
    return chat(path.slice('/api/coding/paas/v4'.length), body, response);
  }
  if (path.startsWith('/api/paas/v4/')) {
    if (account.kind === 'plan') return refuse(response, 429, '1113', 'Insufficient balance or no resource package');
    return chat(path.slice('/api/paas/v4'.length), body, response);
  }
  if (path === '/api/v1/responses') {
    if (account.kind !== 'plan') return refuse(response, 403, '1220', 'You do not have permission to access it');
    return native(body, response);
  }
  return refuse(response, 404, '1222', `There is no ${path}`);
}

const noQuota = { code: 500, msg: 'no coding plan', success: false };

function quotaOf({ kind }: SimulatedAccount): unknown {
  if (kind !== 'plan') return noQuota;
  const limit = { type: 'CREDIT_LIMIT', usage: 12_000, currentValue: 3000, remaining: 9000, percentage: 25 };
  const limits = [
    { ...limit, unit: 3, number: 5, nextResetTime: 1_790_000_000_000 },
    { ...limit, unit: 6, number: 1, percentage: 5, nextResetTime: 1_790_400_000_000 },
  ];
  return { code: 200, msg: 'ok', success: true, data: { level: 'pro', limits } };
}

function chat(path: string, body: string, response: ServerResponse): void {
  if (path === '/models') {
    const data = ['glm-5.3', 'glm-5.3-flash', 'glm-5.4'].map((id) => ({ id, object: 'model', owned_by: 'z-ai' }));
    return json(response, 200, { object: 'list', data });
  }
  // what it really is, glmViolations finds out
  const request = JSON.parse(body) as ChatRequest;
  const [violation] = glmViolations(request);
  if (violation) return refuse(response, violation.status, violation.code, violation.message);
  const frame = { id: 'sim', model: request.model, createdSeconds: 1_790_000_000, promptTokens: 20, cachedTokens: 0 };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const chunk of glmChunks(frame, answerTo(request))) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end('data: [DONE]\n\n');
}

function answerTo(request: ChatRequest): GlmAnswer {
  const names = (request.tools ?? []).flatMap((tool) => (tool.type === 'function' ? [tool.function.name] : []));
  if (names.includes('report_status')) {
    return { reasoning: 'Called.', calls: [{ id: 'call_1', name: 'report_status', arguments: '{"status":"ready"}' }] };
  }
  const { calls = [], ...step } = nextStep(request.messages, request.tools ?? []);
  return { ...step, calls: calls.map((call, index) => ({ id: `call_${Date.now()}_${index}`, ...call })) };
}

/** As much of a Responses stream as a probe needs. */
function native(body: string, response: ServerResponse): void {
  const { model, tools = [] } = JSON.parse(body) as { model: string; tools?: { name?: string }[] };
  const wantsCall = tools.some(({ name }) => name === 'report_status');
  const item = wantsCall
    ? {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_1',
        name: 'report_status',
        arguments: '{"status":"ready"}',
        status: 'completed',
      }
    : {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'OK' }],
      };
  const usage = { input_tokens: 5, output_tokens: 2, total_tokens: 7 };
  const base = { id: 'resp_1', object: 'response', model, usage };
  const events = [
    { type: 'response.created', response: { ...base, status: 'in_progress', output: [], usage: null } },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', ...(wantsCall ? { arguments: '' } : { content: [] }) },
    },
    ...(wantsCall
      ? [
          {
            type: 'response.function_call_arguments.delta',
            item_id: 'fc_1',
            output_index: 0,
            delta: '{"status":"ready"}',
          },
        ]
      : [{ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'OK' }]),
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { ...base, status: 'completed', output: [item] } },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  json(response, status, { error: { code, message } });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
