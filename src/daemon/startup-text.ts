import { providerId } from '../codex/profile.ts';
import { reachableHost } from '../proxy/access/address.ts';
import { clientKeyVariable, needsClientKey } from './client-key-file.ts';
import type { ProxyState } from './state-file.ts';
import type { StandaloneSettings } from './standalone-settings.ts';

const deadlineMs = 8000;

/** What a person needs to know of a proxy that has just started; asks it for its models. */
export async function startupText(
  { url, port, pid }: Pick<ProxyState, 'url' | 'port' | 'pid'>,
  { settings, others }: StandaloneSettings,
): Promise<string> {
  const health = await healthOf(url);
  const upstreams = [settings, ...others].map(({ provider }, index) => {
    const { upstream = '', status, problem } = health[index] ?? {};
    const trouble = status === undefined || status === 'ok' ? '' : `: ${status}${problem ? `, ${problem}` : ''}`;
    return `${provider.name} (${provider.id}) ${upstream}${trouble}`;
  });
  const models = settings.provider.models.filter(({ status }) => status === undefined).map(({ id }) => id);
  const base = `http://${reachableHost(settings.standalone.host)}:${port}/v1`;
  const key = needsClientKey(settings.standalone) ? `,env_key="${clientKeyVariable}"` : '';
  const table = `model_providers.${providerId}={name="GLM",base_url="${base}",wire_api="responses"${key}}`;
  return [
    `codex-glm proxy: ${url} (process ${pid})`,
    ...upstreams.map((line) => `  upstream  ${line}`),
    `  models    ${models.slice(0, 8).join(', ') || settings.provider.mainModel}`,
    `  codex     codex -c model_provider=${providerId} -c '${table}' -m ${settings.provider.mainModel}`,
    '            for its config.toml: codex-glm config codex',
    '',
  ].join('\n');
}

interface UpstreamHealth {
  upstream?: string;
  status?: string;
  problem?: string;
}

async function healthOf(url: string): Promise<readonly UpstreamHealth[]> {
  try {
    const answer = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(deadlineMs) });
    // our own answer
    return ((await answer.json()) as { providers: UpstreamHealth[] }).providers;
  } catch {
    return [];
  }
}
