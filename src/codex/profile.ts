import { tomlString } from '../config/toml.ts';

/** codex binds a thread to its provider id and refuses to resume it under another: one id for all providers, for ever. */
export const providerId = 'codex-glm';

/** Names the variable in which codex finds the token of this run's proxy. */
export const tokenVariable = 'CODEX_GLM_TOKEN';

/** The model's shell must not see our variables, the token above all. */
const hiddenVariables = 'CODEX_GLM_*';

export type ConfigConstant = readonly [table: string | undefined, key: string, value: boolean];

/**
 * What every run wants in config.toml. Without analytics, update check and plugins codex 0.169 talks to nobody but the
 * provider. Its background daemon (0.157 on) would outlive the run and keep the first run's environment. With unbounded
 * retries (0.150 on) codex would wait for ever for a proxy that is gone.
 */
export const configConstants: readonly ConfigConstant[] = [
  [undefined, 'check_for_update_on_startup', false],
  ['analytics', 'enabled', false],
  ['features', 'plugins', false],
  ['features', 'daemon_auto_start', false],
  ['features', 'unbounded_connection_retries', false],
];

export interface ProfileInput {
  /** For people. Never "OpenAI": codex then switches to another compaction protocol. */
  providerName: string;
  /** Of this run's proxy; ends in `/v1`. */
  proxyUrl: string;
  catalogFile: string;
  /** Absent: codex's stored choice, or else the first model of the catalog. */
  model: string | undefined;
  /** Offer the model a search of the web. Default: no. */
  searchesWeb?: boolean;
  /** Names of the provider's MCP servers that the proxy passes on to (`/mcp/<name>`). Default: none. */
  hostedMcp?: readonly string[];
  /** The user's own patterns of variables that the model's shell must not see. */
  shellExclude: readonly string[];
  /** Say the constants too: codex was told not to read config.toml. */
  withConstants: boolean;
}

/**
 * The root-level arguments of one run. They stand before the user's, so that the user's own `-c` and `-m` win. Unknown
 * keys are ignored by older versions of codex.
 */
export function profileArguments(input: ProfileInput): string[] {
  const provider = `model_providers.${providerId}`;
  const values: [key: string, value: string][] = [
    ['model_provider', tomlString(providerId)],
    [`${provider}.name`, tomlString(input.providerName)],
    [`${provider}.base_url`, tomlString(input.proxyUrl)],
    [`${provider}.wire_api`, tomlString('responses')],
    [`${provider}.env_key`, tomlString(tokenVariable)],
    // The proxy retries before the first byte; codex does for a stream that was cut.
    [`${provider}.request_max_retries`, '0'],
    [`${provider}.stream_max_retries`, '5'],
    ['model_catalog_json', tomlString(input.catalogFile)],
    // The tool is hosted by OpenAI's own endpoint; here it is offered only where the provider has one to put in its place.
    ['web_search', tomlString(input.searchesWeb ? 'live' : 'disabled')],
    ['shell_environment_policy.exclude', excludeList(input.shellExclude)],
  ];
  for (const name of input.hostedMcp ?? []) {
    // a name that the user's own servers do not have: tables of one name would be merged
    const server = `mcp_servers.glm_${name}`;
    values.push([`${server}.url`, tomlString(input.proxyUrl.replace(/\/v1$/, `/mcp/${name}`))]);
    values.push([`${server}.bearer_token_env_var`, tomlString(tokenVariable)]);
    // they search and read; without this `exec`, which asks nobody, refuses every call (codex 0.169)
    values.push([`${server}.default_tools_approval_mode`, tomlString('approve')]);
  }
  if (input.model !== undefined) values.push(['model', tomlString(input.model)]);
  if (input.withConstants) {
    for (const [table, key, value] of configConstants) values.push([table ? `${table}.${key}` : key, String(value)]);
  }
  return values.flatMap(([key, value]) => ['-c', `${key}=${value}`]);
}

export function excludeList(own: readonly string[]): string {
  return `[${[...new Set([...own, hiddenVariables])].map(tomlString).join(', ')}]`;
}
