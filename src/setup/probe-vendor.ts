import type { ProviderDescription } from '../catalog/provider.ts';
import type { PlanQuota } from '../provider/glm-quota.ts';
import { probeEndpoint, probeQuota, type ProbeInput, type ProbeResult } from './probe.ts';

/** What a key turned out to be. */
export interface KeyFindings {
  /** Of every chat endpoint, in the order given, with its Responses endpoint right behind it. */
  results: ProbeResult[];
  /** The plan that the key belongs to, if there is one and the provider tells. */
  quota: PlanQuota | undefined;
}

/**
 * Tries a key on every endpoint that it may belong to, all at once.
 * @throws the signal's reason when it is aborted
 */
export async function probeKey(
  providers: readonly ProviderDescription[],
  input: Omit<ProbeInput, 'provider'>,
): Promise<KeyFindings> {
  const probes = providers.flatMap((provider) => [
    probeEndpoint({ ...input, provider }, 'chat'),
    ...(provider.responsesBaseUrl === undefined ? [] : [probeEndpoint({ ...input, provider }, 'responses')]),
  ]);
  const [quota, ...results] = await Promise.all([firstQuota(providers, input), ...probes]);
  return { results, quota };
}

/** One question for each host. */
async function firstQuota(
  providers: readonly ProviderDescription[],
  input: Omit<ProbeInput, 'provider'>,
): Promise<PlanQuota | undefined> {
  const byHost = new Map(
    providers.flatMap((provider) => (provider.quotaPath ? [[new URL(provider.baseUrl).host, provider] as const] : [])),
  );
  const answers = [...byHost.values()].map((provider) => probeQuota({ ...input, provider }).catch(() => undefined));
  const found = (await Promise.all(answers)).find((quota) => quota !== undefined);
  input.signal.throwIfAborted();
  return found;
}

/** The providers whose chat endpoint answered. */
export function fitting({ results }: KeyFindings): ProviderDescription[] {
  return results.flatMap(({ provider, wire, turn }) => (wire === 'chat' && turn.ok ? [provider] : []));
}

/** Does the provider's own Responses endpoint take the key, tool calls included? */
export function servesResponses({ results }: KeyFindings, providerId: string): boolean {
  return results.some(
    (each) => each.provider.id === providerId && each.wire === 'responses' && each.turn.ok && each.callsTools,
  );
}

/** One line for each endpoint, in words. Pure. */
export function findingLines({ results, quota }: KeyFindings): string[] {
  // a Responses endpoint refuses for the same reason as the chat endpoint beside it
  const news = results.filter(({ wire, turn }) => wire === 'chat' || turn.ok);
  const lines = news.map(({ provider, wire, models, turn, callsTools }) => {
    const name = wire === 'chat' ? provider.name : `${provider.name}, Responses endpoint`;
    if (!turn.ok) return `✗ ${name}: ${shortened(turn.problem.replace(`${provider.name} `, ''))}`;
    const details = [
      `answers (${turn.model})`,
      callsTools ? 'calls tools' : 'did not call the tool',
      models && models.length > 0 ? `${models.length} models` : '',
    ];
    return `✓ ${name}: ${details.filter(Boolean).join(', ')}`;
  });
  return quota ? [...lines, `The key belongs to a Coding Plan${quota.level ? ` (${quota.level})` : ''}.`] : lines;
}

/** The provider's own words; the first sentence is enough in a list. */
function shortened(problem: string): string {
  return problem.length > 160 ? `${problem.slice(0, 159)}…` : problem;
}
