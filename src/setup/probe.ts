import type { ProviderDescription } from '../catalog/provider.ts';
import { CodexGlmError } from '../errors/errors.ts';
import { readPlanQuota, type PlanQuota } from '../provider/glm-quota.ts';
import { listModels } from '../provider/model-list.ts';
import { startProxy } from '../proxy/server.ts';
import { askProxy } from './ask-proxy.ts';

export interface ProbeInput {
  provider: ProviderDescription;
  /** Absent for a server without keys. */
  apiKey: string | undefined;
  environment: NodeJS.ProcessEnv;
  extraCa?: string | undefined;
  signal: AbortSignal;
}

/** What one endpoint did with a key. */
export interface ProbeResult {
  provider: ProviderDescription;
  wire: 'chat' | 'responses';
  /** Models that the server names; absent when it does not tell. */
  models: string[] | undefined;
  /** The streamed turn: the model that answered, or why there was no answer. */
  turn: { ok: true; model: string } | { ok: false; problem: string; code: string | undefined };
  /** Was a tool called when asked for? Absent when the turn failed already. */
  callsTools?: boolean;
}

/** For everything that is asked of one endpoint. */
const deadlineMs = 45_000;
const connectTimeoutMs = 4000;

/**
 * Asks an endpoint for its models, for one short streamed turn and for one tool call: the way that codex will use it.
 * A refusal is a result, no error.
 * @param wire `responses` for the provider's own Responses endpoint
 * @throws the signal's reason when it is aborted
 */
export async function probeEndpoint(input: ProbeInput, wire: 'chat' | 'responses'): Promise<ProbeResult> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([input.signal, deadline]);
  const models = await namedModels(input, signal);
  // a server that alone knows its models, and names others: any of them will do
  const { liveModels, mainModel: wanted } = input.provider;
  const mainModel = liveModels && models?.includes(wanted) === false ? (models[0] ?? wanted) : wanted;
  // where the key was read from is no news here
  const provider: ProviderDescription = { ...input.provider, mainModel, wire, keyVariables: [] };
  try {
    return { provider: input.provider, wire, models, ...(await talk({ ...input, provider, signal })) };
  } catch (error) {
    input.signal.throwIfAborted();
    const refused = (problem: string, code: string): ProbeResult => ({
      provider: input.provider,
      wire,
      models,
      turn: { ok: false, problem, code },
    });
    if (deadline.aborted) return refused(`no answer within ${deadlineMs / 1000} s`, 'PROVIDER_TIMEOUT');
    if (error instanceof CodexGlmError) return refused(error.message, error.code);
    throw error;
  }
}

async function talk(input: ProbeInput): Promise<Pick<ProbeResult, 'turn' | 'callsTools'>> {
  const { provider, apiKey, environment, extraCa, signal } = input;
  const proxy = await startProxy({
    provider,
    environment,
    connectTimeoutMs,
    firstRetryDelayMs: 300,
    ...(apiKey !== undefined && { apiKey }),
    ...(extraCa !== undefined && { extraCa }),
  });
  try {
    // the weakest thinking is the cheapest
    const common = { model: provider.mainModel, reasoning: { effort: 'low' }, max_output_tokens: 1000 };
    const answer = await askProxy(proxy, { ...common, input: 'Reply with the word OK and nothing else.' }, signal);
    if (!answer.ok) return { turn: answer };
    const called = await askProxy(proxy, { ...common, input: toolPrompt, tools: [tool] }, signal);
    return { turn: { ok: true, model: answer.model }, callsTools: called.ok && called.calls.includes(tool.name) };
  } finally {
    await proxy.close();
  }
}

const tool = {
  type: 'function',
  name: 'report_status',
  description: 'Reports a status.',
  strict: false,
  parameters: { type: 'object', properties: { status: { type: 'string' } }, required: ['status'] },
};
const toolPrompt = 'Call the function report_status with status "ready". Do not write any text.';

async function namedModels(input: ProbeInput, signal: AbortSignal): Promise<string[] | undefined> {
  try {
    const authorization = input.apiKey === undefined ? undefined : `Bearer ${input.apiKey}`;
    return await listModels(input.provider.baseUrl, { ...askOptions(input), authorization, signal });
  } catch {
    // many servers have no list, and the turn tells more
    input.signal.throwIfAborted();
    return undefined;
  }
}

/**
 * What is left of the plan that the key belongs to.
 * @returns undefined for a key without a plan, and where the provider has no such question
 * @throws ProviderError: see readPlanQuota
 */
export async function probeQuota(input: ProbeInput): Promise<PlanQuota | undefined> {
  const { provider, apiKey, signal } = input;
  if (provider.quotaPath === undefined || apiKey === undefined) return undefined;
  const url = new URL(provider.quotaPath, provider.baseUrl).href;
  return readPlanQuota(url, apiKey, {
    ...askOptions(input),
    signal: AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)]),
  });
}

function askOptions({ provider, apiKey, environment, extraCa }: ProbeInput) {
  return {
    environment,
    extraCa,
    connectTimeoutMs,
    headersTimeoutMs: 15_000,
    bodyTimeoutMs: 15_000,
    context: { provider: provider.name, keyVariables: [], secrets: apiKey === undefined ? [] : [apiKey] },
  };
}
