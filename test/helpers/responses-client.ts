/** A client of the proxy that sees every byte and may send any header. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { within } from './deadline.ts';

export interface ClientRequest {
  method?: string;
  path?: string;
  /** Text or bytes are sent as they are, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface ClientResponse {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

interface Target {
  port: number;
  token: string | undefined;
}

/** What codex 0.169 sends besides the token. */
export const codexHeaders = { originator: 'codex_exec', accept: 'text/event-stream' };

export const question = { model: 'glm-5.3', stream: true, input: 'Hello?' };

/** Opens a request; resolves with the answer's head. The caller reads or destroys the body. */
export function open(proxy: Target, { method = 'POST', path = '/v1/responses', body, headers = {} }: ClientRequest) {
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const request = httpRequest({
    host: '127.0.0.1',
    port: proxy.port,
    method,
    path,
    agent: false,
    headers: {
      ...(proxy.token === undefined ? {} : { authorization: `Bearer ${proxy.token}` }),
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
  request.end(payload);
  return { request, answer };
}

/** Sends a request and reads the whole answer, within 20 s. */
export async function send(proxy: Target, options: ClientRequest): Promise<ClientResponse> {
  const { answer } = open(proxy, options);
  const read = async () => {
    const response = await answer;
    return { status: response.statusCode ?? 0, headers: response.headers, text: await textOf(response) };
  };
  return within(20_000, 'the answer of the proxy', read());
}

export async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response as AsyncIterable<string>) text += part;
  return text;
}

export interface SeenEvent {
  type: string;
  [field: string]: unknown;
}

/** The data events of an SSE text. */
export function eventsOf(text: string): SeenEvent[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as SeenEvent);
}

/** The text that the deltas add up to. */
export function textOfDeltas(events: SeenEvent[]): string {
  return events
    .filter((event) => event.type === 'response.output_text.delta')
    .map((event) => event['delta'])
    .join('');
}

export function terminalEvents(events: SeenEvent[]): SeenEvent[] {
  return events.filter(({ type }) => /^response\.(completed|incomplete|failed)$/.test(type));
}

/** The one terminal event, which must be the last. */
export function terminalOf(events: SeenEvent[]): {
  type: string;
  response: { status: string; error: { code: string; message: string } | null; output: unknown[]; usage: unknown };
} {
  const found = terminalEvents(events);
  if (found.length !== 1 || events.at(-1) !== found[0])
    throw new Error(`not exactly one terminal event at the end: ${events.map(({ type }) => type).join(' ')}`);
  return found[0] as unknown as ReturnType<typeof terminalOf>;
}
