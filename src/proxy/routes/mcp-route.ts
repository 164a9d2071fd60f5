import type { IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ProviderDescription } from '../../catalog/provider.ts';
import { isObject } from '../../translate/request/parse-request.ts';
import type { McpClient } from '../../provider/mcp-client.ts';
import { readJsonBody } from '../body/body.ts';
import type { Route } from './router.ts';

/** What a streamable HTTP client and its server say to each other besides the messages (MCP 2025-06-18). */
const passedHeaders = ['accept', 'mcp-session-id', 'mcp-protocol-version'];
const returnedHeaders = ['content-type', 'mcp-session-id'];

/**
 * `POST /mcp/<name>` for each MCP server that the provider hosts: passes messages on with the provider's key. Z.ai's
 * answer to a notification is an empty 200 without a content type, where the protocol says 202; codex takes such a server
 * for broken (codex issue 14793; seen with codex 0.169), so it gets a 202.
 */
export function mcpRoutes(
  { mcpServers = {} }: Pick<ProviderDescription, 'mcpServers'>,
  client: McpClient,
  maxBodyBytes: number,
): Route[] {
  return Object.entries(mcpServers).map(([name, path]) => ({
    method: 'POST',
    path: `/mcp/${name}`,
    handle: async (request, response, signal) => {
      const { value } = await readJsonBody(request, maxBodyBytes);
      const headers = pick(request.headers, passedHeaders);
      const answer = await client.post(path, JSON.stringify(value), headers, signal);
      if (isObject(value) && value['id'] === undefined) {
        await answer.body.dump();
        response.writeHead(202).end();
        return;
      }
      response.writeHead(answer.status, pick(answer.headers, returnedHeaders));
      // a client or server that leaves in the middle ends the other side
      await pipeline(answer.body, response).catch(() => {});
    },
  }));
}

function pick(headers: IncomingHttpHeaders | McpHeaders, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
}

type McpHeaders = Awaited<ReturnType<McpClient['post']>>['headers'];
