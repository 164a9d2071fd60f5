import type { CustomProvider } from '../../catalog/catalog.ts';
import type { ModelAliases } from '../../catalog/model-names.ts';
import type { ProviderPolicy } from '../../catalog/policy.ts';
import type { ProviderDescription } from '../../catalog/provider.ts';
import { checkApiKey } from '../../provider/api-key.ts';
import { plainText } from '../../errors/plain-text.ts';
import { createChatClient, type ChatClient } from '../../provider/client.ts';
import type { DispatcherOptions } from '../../provider/dispatcher.ts';
import { createLimiter } from '../../provider/limiter.ts';
import { createMcpClient, type McpClient } from '../../provider/mcp-client.ts';
import { redact } from '../../provider/redact.ts';
import { FoldMemory } from '../../translate/request/fold-memory.ts';
import type { ExchangeContext } from '../exchange/exchange.ts';
import { wireOf } from '../exchange/provider-wire.ts';
import { createServerProbe, type ServerProbe } from './server-probe.ts';
import { resolveTarget } from './target.ts';

/** One provider of a proxy, and what holds for it alone. */
export interface UpstreamOptions extends ProviderPolicy {
  /** An id of the catalog, or a description of any OpenAI-compatible server. */
  provider: string | CustomProvider | ProviderDescription;
  /** Replaces the provider's own; without `/chat/completions`. Its Responses API, if that is used, is not moved. */
  baseUrl?: string;
  /** Given to the provider as bearer token. Without one no authorization is sent; the environment is not searched. */
  apiKey?: string;
  /** Requests under way at the provider at once; more wait in line. Default: the provider's own figure, 0 for no limit. */
  maxConcurrent?: number;
  /** Requests begun within any 60 s; more wait in line. Default 0: no limit. */
  requestsPerMinute?: number;
}

/** What all upstreams of a proxy share. */
export interface SharedOptions {
  network: DispatcherOptions;
  exchange: Pick<ExchangeContext, 'log' | 'observer' | 'headersWaitMs' | 'firstRetryDelayMs' | 'tailMs' | 'onResponse'>;
  aliases: ModelAliases | undefined;
}

/** A provider as a proxy reaches it. */
export interface Upstream {
  provider: ProviderDescription;
  exchange: ExchangeContext;
  client: ChatClient;
  /** For what is passed on as it is: chat completions, MCP messages. */
  relay: McpClient;
  probe: ServerProbe;
  /** Drops all connections. */
  close(): Promise<void>;
}

/**
 * Opens no connection yet.
 * @throws UsageError for an unknown provider, a bad base URL or key
 */
export function createUpstream(options: UpstreamOptions, { network, exchange, aliases }: SharedOptions): Upstream {
  const provider = resolveTarget(options.provider, options.baseUrl, options);
  const { log } = exchange;
  const target = { ...network, provider, apiKey: checkApiKey(options.apiKey) };
  const client = createChatClient({
    ...target,
    onBrokenFrame: () => log({ level: 'warn', message: 'broken chunk skipped', fields: { provider: provider.id } }),
  });
  const relay = createMcpClient(target);
  const secrets = target.apiKey === undefined ? [] : [target.apiKey];
  return {
    provider,
    client,
    relay,
    probe: createServerProbe(target),
    exchange: {
      ...exchange,
      onResponse: (report) => exchange.onResponse?.({ ...report, servedModel: shownName(report.servedModel, secrets) }),
      wire: wireOf(provider),
      folds: new FoldMemory(),
      client,
      aliases,
      limiter: createLimiter({
        maxConcurrent: options.maxConcurrent ?? provider.maxConcurrent ?? 0,
        requestsPerMinute: options.requestsPerMinute ?? 0,
        onWait: (waiting) => log({ level: 'info', message: 'waiting for a place', fields: { waiting } }),
      }),
    },
    close: async () => void (await Promise.all([client.close(), relay.close()])),
  };
}

/** A name that the provider chose, as it may be shown and written down. */
function shownName(name: unknown, secrets: readonly string[]): string | undefined {
  return typeof name === 'string' ? plainText(redact(name, secrets)) : undefined;
}
