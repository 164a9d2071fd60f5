import type { ProviderDescription } from '../../catalog/provider.ts';
import { ProviderError } from '../../errors/errors.ts';
import type { DispatcherOptions } from '../../provider/dispatcher.ts';
import { listModels } from '../../provider/model-list.ts';

/** `down`: not reached, or it fails by itself. `key-refused`: reached, but of no use with this key. */
export type ServerState = 'ok' | 'key-refused' | 'down';

export interface ProbeResult {
  state: ServerState;
  /** What the server says it has; empty where it does not say. */
  modelIds: string[];
  /** Why it is not ok, for people. */
  problem?: string;
}

/** Asks a provider's server for its models, which costs nothing, and remembers the answer for a while. */
export type ServerProbe = () => Promise<ProbeResult>;

export interface ServerProbeOptions extends DispatcherOptions {
  provider: Pick<ProviderDescription, 'name' | 'baseUrl' | 'keyVariables'>;
  apiKey: string | undefined;
}

/** Health checks come every few seconds; a failure is looked at again sooner. */
const okForMs = 60_000;
const failedForMs = 5000;
const deadlineMs = 5000;

export function createServerProbe({ provider, apiKey, ...network }: ServerProbeOptions): ServerProbe {
  let latest: { result: Promise<ProbeResult>; untilMs: number } | undefined;

  async function ask(): Promise<ProbeResult> {
    try {
      const modelIds = await listModels(provider.baseUrl, {
        ...network,
        connectTimeoutMs: deadlineMs,
        headersTimeoutMs: deadlineMs,
        bodyTimeoutMs: deadlineMs,
        authorization: apiKey === undefined ? undefined : `Bearer ${apiKey}`,
        context: { provider: provider.name, keyVariables: provider.keyVariables, secrets: apiKey ? [apiKey] : [] },
        signal: AbortSignal.timeout(deadlineMs),
      });
      return { state: 'ok', modelIds };
    } catch (error) {
      return judge(error);
    }
  }

  return () => {
    if (latest && performance.now() < latest.untilMs) return latest.result;
    const entry = { result: ask(), untilMs: performance.now() + okForMs };
    latest = entry;
    void entry.result.then(({ state }) => {
      if (state !== 'ok') entry.untilMs = performance.now() + failedForMs;
    });
    return entry.result;
  };
}

function judge(error: unknown): ProbeResult {
  if (!(error instanceof ProviderError)) return { state: 'down', modelIds: [], problem: 'no answer in time' };
  const { code, status, message } = error;
  if (code === 'PROVIDER_AUTH') return { state: 'key-refused', modelIds: [], problem: message };
  // a server without a list of models answers too
  if (status !== undefined && status < 500) return { state: 'ok', modelIds: [] };
  return { state: 'down', modelIds: [], problem: message };
}
