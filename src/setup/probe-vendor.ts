import type { ProviderDescription } from '../catalog/provider.ts';
import type { PlanQuota } from '../provider/glm-quota.ts';
import { probeEndpoint, probeQuota, type ProbeInput, type ProbeResult } from './probe.ts';

/** What a key turned out to be. */
export interface KeyFindings {
  /** Of every chat endpoint, in the order given, with its Responses endpoint right behind it. */
  results: ProbeResult[];
  /** The plan that the key belongs to, if there is one and the provider tells. */
  quota: PlanQuota | undefined;
  /** The provider was asked for a plan and answered that there is none. */
  hasNoPlan: boolean;
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
  const [plan, ...results] = await Promise.all([askForPlan(providers, input), ...probes]);
  return { results, ...plan };
}

/** One question for each host. */
async function askForPlan(
  providers: readonly ProviderDescription[],
  input: Omit<ProbeInput, 'provider'>,
): Promise<Pick<KeyFindings, 'quota' | 'hasNoPlan'>> {
  const byHost = new Map(
    providers.flatMap((provider) => (provider.quotaPath ? [[new URL(provider.baseUrl).host, provider] as const] : [])),
  );
  const asked = [...byHost.values()].map((provider) =>
    probeQuota({ ...input, provider }).then(
      (quota) => ({ quota }),
      () => undefined,
    ),
  );
  const answers = (await Promise.all(asked)).filter((answer) => answer !== undefined);
  input.signal.throwIfAborted();
  const quota = answers.find((answer) => answer.quota !== undefined)?.quota;
  return { quota, hasNoPlan: quota === undefined && answers.length > 0 };
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

/** One line for each endpoint, in words, and what the quota call told. Pure. */
export function findingLines(findings: KeyFindings): string[] {
  const { results, quota, hasNoPlan } = findings;
  const fits = fitting(findings);
  // a Responses endpoint refuses for the same reason as the chat endpoint beside it
  const news = results.filter(({ wire, turn, provider }) => wire === 'chat' || turn.ok || fits.includes(provider));
  const lines = news.map(lineOf);
  if (quota) lines.push(`The key belongs to a Coding Plan${quota.level ? ` (${quota.level})` : ''}.`);
  else if (hasNoPlan && fits.length > 0) lines.push('The key has no Coding Plan: it pays as it goes.');
  return fits.length > 0 ? lines : [...lines, ...advice(news)];
}

/** Pure. */
export function lineOf({ provider, wire, models, turn, callsTools }: ProbeResult): string {
  const name = wire === 'chat' ? provider.name : `${provider.name}, Responses endpoint`;
  if (!turn.ok) return `✗ ${name}: ${splitProblem(turn.problem, provider.name).what}`;
  const details = [
    `answers (${turn.model})`,
    callsTools ? 'calls tools' : 'did not call the tool',
    models && models.length > 0 ? `${models.length} models` : '',
  ];
  return `✓ ${name}: ${details.filter(Boolean).join(', ')}`;
}

/** What the refusals advise, each once; without the advice to do what is being done. */
function advice(results: readonly ProbeResult[]): string[] {
  const hints = results.map(({ turn, provider }) =>
    turn.ok
      ? ''
      : splitProblem(turn.problem, provider.name)
          .advice.replace(/[^.]*codex-glm check[^.]*\./g, '')
          .trim(),
  );
  return [...new Set(hints.filter(Boolean))];
}

/** The first sentence is the provider's answer, the rest our advice. */
function splitProblem(problem: string, providerName: string): { what: string; advice: string } {
  const text = problem.replace(`${providerName} `, '');
  const what = /^[^]*?[.!?。](?=\s|$)/.exec(text)?.[0] ?? text;
  return { what: what.length > 160 ? `${what.slice(0, 159)}…` : what, advice: text.slice(what.length).trim() };
}
