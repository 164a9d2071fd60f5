import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { ProviderDescription } from '../catalog/provider.ts';
import type { Response } from '../protocol/responses.ts';
import { startProxy } from '../proxy/server.ts';
import { withPlainIds, type CapturedExchange } from './captured.ts';

/** What this version does otherwise than the one that made the capture. */
export interface Difference {
  /** Number of the exchange, from 1. */
  exchange: number;
  /** Where, as `chat.messages.3.content` or `output.0.type`. */
  place: string;
  was: unknown;
  is: unknown;
}

/**
 * Sends the requests of a capture through a proxy of this version, to a server that answers as the provider did, and
 * compares what that server is asked and what the client gets.
 */
export async function replay(
  captured: readonly CapturedExchange[],
  provider: ProviderDescription,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  let current: CapturedExchange | undefined;
  let asked: unknown;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += String(part);
    asked = JSON.parse(text);
    answerAsCaptured(response, current);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // an object for every TCP server that listens
  const { port } = server.address() as AddressInfo;
  const proxy = await startProxy({
    provider: { ...provider, wire: 'chat' },
    baseUrl: `http://127.0.0.1:${port}`,
    history: false,
    environment: {},
  });
  try {
    for (const [index, exchange] of captured.entries()) {
      current = exchange;
      asked = undefined;
      const answer = await fetch(`${proxy.url}/responses`, {
        method: 'POST',
        headers: { authorization: `Bearer ${proxy.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...exchange.request, stream: false, previous_response_id: undefined }),
      });
      // a failed answer has an error in place of an output: that shows as a difference
      const response = (await answer.json()) as Partial<Response>;
      const output = response.id === undefined ? response : withPlainIds(response.output, response.id);
      const before = { chat: exchange.chat, output: exchange.output };
      differences.push(...compare(before, { chat: asked, output }, '', index + 1));
    }
  } finally {
    await proxy.close();
    server.close();
    server.closeAllConnections();
  }
  return differences;
}

function answerAsCaptured(response: ServerResponse, exchange: CapturedExchange | undefined): void {
  const frames = (exchange?.chunks ?? []).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`${frames.join('')}data: [DONE]\n\n`);
}

function compare(was: unknown, is: unknown, place: string, exchange: number): Difference[] {
  if (isDeepStrictEqual(was, is)) return [];
  if (!isContainer(was) || !isContainer(is)) return [{ exchange, place, was, is }];
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...keys].flatMap((key) => compare(was[key], is[key], place === '' ? key : `${place}.${key}`, exchange));
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
