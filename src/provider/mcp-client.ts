import type { Dispatcher } from 'undici';
import type { ProviderDescription } from '../catalog/provider.ts';
import { version } from '../version.ts';
import { openConnections, type Connections, type DispatcherOptions } from './dispatcher.ts';
import { readErrorText } from './error-text.ts';
import { failureOfAnswer, type ResponseHeaders } from './failure.ts';
import { networkFailure } from './network-failure.ts';

export interface McpClientOptions extends DispatcherOptions {
  provider: Pick<ProviderDescription, 'name' | 'baseUrl' | 'keyVariables'>;
  apiKey?: string | undefined;
}

export interface McpAnswer {
  status: number;
  headers: ResponseHeaders;
  /** JSON or SSE, still arriving. The caller reads it or calls `dump`. */
  body: Dispatcher.ResponseData['body'];
}

/** The network edge towards the MCP servers that a provider hosts beside its models. */
export interface McpClient {
  /**
   * Posts one JSON-RPC message to a path on the provider's host, with its key.
   * @throws ProviderError for anything but a 2xx; the signal's reason when it is aborted.
   */
  post(path: string, message: string, headers: Record<string, string>, signal: AbortSignal): Promise<McpAnswer>;
  close(): Promise<void>;
}

/** No connection is opened before the first message. */
export function createMcpClient(options: McpClientOptions): McpClient {
  const { provider, apiKey } = options;
  const { origin } = new URL(provider.baseUrl);
  let connections: Promise<Connections> | undefined;

  return {
    async post(path, message, headers, signal) {
      const { request } = await (connections ??= openConnections(origin, options));
      const answer = await request({
        origin,
        path,
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'user-agent': `codex-glm/${version}`,
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        },
        body: message,
        signal,
      }).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : networkFailure(error, provider.name, origin);
      });
      const { statusCode: status, headers: answerHeaders, body } = answer;
      if (status >= 200 && status < 300) return { status, headers: answerHeaders, body };
      const text = await readErrorText(body);
      const context = { provider: provider.name, keyVariables: provider.keyVariables, secrets: apiKey ? [apiKey] : [] };
      throw failureOfAnswer(status, answerHeaders, text, context);
    },

    async close() {
      await (await connections)?.close();
    },
  };
}
