import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A streamable HTTP MCP server with one tool, `search`. */
export interface HostedMcpServer {
  url: string;
  /** The JSON-RPC methods that came, in order. */
  methods: string[];
  /** Every authorization that came, once. */
  keys: string[];
}

interface Message {
  id?: number;
  method: string;
  params?: { protocolVersion?: string };
}

/**
 * Answers notifications as Z.ai's hosted servers do: 200 with an empty body and no content type, where the protocol asks
 * for 202 (codex issue 14793; still so on 2026-09-21). To be called inside of a test.
 */
export async function startHostedMcpServer(): Promise<HostedMcpServer> {
  const methods: string[] = [];
  const keys = new Set<string>();
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end();
    keys.add(request.headers.authorization ?? '');
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += String(part);
    const message = JSON.parse(text) as Message;
    methods.push(message.method);
    if (message.id === undefined) return void response.writeHead(200, { 'content-length': 0 }).end();
    const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: resultOf(message) });
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'session-1' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
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
            annotations: { readOnlyHint: true },
          },
        ],
      };
    case 'tools/call':
      return { content: [{ type: 'text', text: 'three results' }] };
    default:
      return {};
  }
}
