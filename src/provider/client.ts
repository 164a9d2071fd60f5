import type { ProviderDescription } from '../catalog/provider.ts';
import type { ChatCompletionChunk } from '../protocol/chat.ts';
import { version } from '../version.ts';
import { openConnections, type Connections, type DispatcherOptions } from './dispatcher.ts';
import { readErrorText } from './error-text.ts';
import { compressedFailure, compressionOf, failureOfAnswer, type FailureContext } from './failure.ts';
import { networkFailure } from './network-failure.ts';
import type { PostBody } from './post.ts';
import { readProxyVariables } from './proxy-variables.ts';
import { readChunks } from './sse.ts';

export interface ChatClientOptions extends DispatcherOptions {
  provider: Pick<ProviderDescription, 'name' | 'wire' | 'baseUrl' | 'responsesBaseUrl' | 'keyVariables'>;
  apiKey?: string | undefined;
  /** See {@link readChunks}. */
  onBrokenFrame: () => void;
}

/** The network edge towards one provider. */
export interface ChatClient {
  /** Loads what the first request needs and opens its connection, so that it does not have to wait for them. */
  warm(): Promise<void>;
  /**
   * Sends a request of the provider's wire (JSON text, `stream: true`) once, without retries.
   *
   * @returns the frames of the answer once its status is there: chunks, or the events of a Responses API. See
   *   {@link readChunks} for what reading may throw.
   * @throws ProviderError for anything but a 2xx; the signal's reason when it is aborted.
   */
  send(body: PostBody, signal: AbortSignal): Promise<AsyncIterable<ChatCompletionChunk[]>>;
  /** Drops all connections. The client cannot be used again. */
  close(): Promise<void>;
}

/** @throws UsageError BAD_SETTING for a proxy variable that cannot be used */
export function createChatClient(options: ChatClientOptions): ChatClient {
  const { provider, apiKey } = options;
  const { origin, pathname, search } = new URL(endpointOf(provider));
  // said now, not at the first request
  readProxyVariables(origin, options.environment);
  const path = pathname + search;
  const context: FailureContext = {
    provider: provider.name,
    keyVariables: provider.keyVariables,
    secrets: apiKey ? [apiKey] : [],
  };
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    // GLM words its errors in English only when asked to
    'accept-language': 'en-US,en',
    'user-agent': `codex-glm/${version}`,
  };
  if (apiKey) headers['authorization'] = `Bearer ${apiKey}`;

  let connections: Promise<Connections> | undefined;
  const connect = () => (connections ??= openConnections(origin, options));

  return {
    async warm() {
      (await connect()).connect();
    },

    async send(body, signal) {
      const { post } = await connect();
      signal.throwIfAborted();
      const answer = await post({ path, headers, body, signal }).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : networkFailure(error, provider.name, origin);
      });
      const { status, headers: answerHeaders, body: answerBody } = answer;
      if (status < 200 || status >= 300)
        throw failureOfAnswer(status, answerHeaders, await readErrorText(answerBody), context);
      const encoding = compressionOf(answerHeaders);
      if (encoding === undefined)
        return readChunks({ status, headers: answerHeaders, body: answerBody }, context, options.onBrokenFrame);
      answerBody.destroy();
      throw compressedFailure(status, answerHeaders, encoding, context);
    },

    async close() {
      await (await connections)?.close();
    },
  };
}

function endpointOf({ wire, baseUrl, responsesBaseUrl }: ChatClientOptions['provider']): string {
  return wire === 'responses' ? `${responsesBaseUrl ?? baseUrl}/responses` : `${baseUrl}/chat/completions`;
}
