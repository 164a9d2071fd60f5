import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A streamable HTTP MCP server with one tool, `search`. */
export interface HostedMcp {
  /** The JSON-RPC methods that came, in order. */
  methods: string[];
  /** Every authorization that came, once. */
  keys: string[];
}

export interface HostedMcpServer extends HostedMcp {
  url: string;
}

interface Message {
  id?: number;
  method: string;
  params?: { protocolVersion?: string };
}

/** To be called inside of a test. */
export async function startHostedMcpServer(): Promise<HostedMcpServer> {
  const hosted = createHostedMcp();
  const server = createServer(hosted.serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(hosted, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` });
}

/**
 * Answers notifications as Z.ai's hosted servers do: 200 with an empty body and no content type, where the protocol asks
 * for 202 (codex issue 14793; still so on 2026-09-21).
 */
export function createHostedMcp(): HostedMcp & { serve(request: IncomingMessage, response: ServerResponse): void } {
  const methods: string[] = [];
  const keys = new Set<string>();
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return void response.writeHead(405).end();
    keys.add(request.headers.authorization ?? '');
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += String(part);
    const message = JSON.parse(text) as Message;
    methods.push(message.method);
    if (message.id === undefined) return void response.writeHead(200, { 'content-length': 0 }).end();
    const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: resultOf(message) });
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'session-1' }).end(body);
  }
  return {
    serve: (request, response) => void answer(request, response).catch(() => response.destroy()),
    methods,
    get keys() {
      return [...keys];
    },
  };
}

function resultOf({ method, params }: Message): unknown {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'web', version: '1.0.0' },
      };
    case 'tools/list':
      return {
        tools: [
          {
            name: 'search',
            description: 'Searches the web.',
            inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
          },
        ],
      };
    case 'tools/call':
      return { content: [{ type: 'text', text: 'three results' }] };
    default:
      return {};
  }
}
