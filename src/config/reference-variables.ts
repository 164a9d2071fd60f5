import type { SettingName } from './setting-table.ts';

/** A variable that another proxy for codex reads, honoured where it means the same here. */
export interface ReferenceVariable {
  variable: string;
  /** Whose it is. */
  system: 'codex-glm-proxy' | 'codex-zai-proxy' | 'codex-relay' | 'GodeX';
  setting: SettingName;
  /**
   * It counts only when this provider serves the model: an address or key of one must never be used with another. Absent:
   * it has nothing to do with a provider.
   */
  provider?: string;
}

/**
 * They stand behind our own variables and the provider's (`GLM_API_BASE`, `GLM_BASE_URL`, `ZAI_BASE_URL` are the
 * provider's: see the catalog), before config.toml; of two for one setting the upper one wins.
 */
export const referenceVariables: readonly ReferenceVariable[] = [
  { variable: 'CODEX_RELAY_UPSTREAM', system: 'codex-relay', setting: 'baseUrl', provider: 'openai-compatible' },
  { variable: 'CODEX_RELAY_API_KEY', system: 'codex-relay', setting: 'apiKey', provider: 'openai-compatible' },
  { variable: 'CODEX_RELAY_TOOL_DENYLIST', system: 'codex-relay', setting: 'deniedTools' },
  { variable: 'ZAI_RPM', system: 'codex-zai-proxy', setting: 'requestsPerMinute', provider: 'zai-coding' },
  { variable: 'ZAI_RPM', system: 'codex-zai-proxy', setting: 'requestsPerMinute', provider: 'zai' },
  { variable: 'PROXY_PORT', system: 'codex-glm-proxy', setting: 'port' },
  { variable: 'PROXY_HOST', system: 'codex-glm-proxy', setting: 'host' },
  { variable: 'CODEX_RELAY_PORT', system: 'codex-relay', setting: 'port' },
  { variable: 'CODEX_RELAY_HISTORY_STORE', system: 'codex-relay', setting: 'history' },
  { variable: 'CODEX_RELAY_HISTORY_DIR', system: 'codex-relay', setting: 'historyFolder' },
  { variable: 'CODEX_RELAY_SESSION_TTL_HOURS', system: 'codex-relay', setting: 'historyTtlHours' },
  { variable: 'CODEX_RELAY_MAX_SESSIONS', system: 'codex-relay', setting: 'historyMaxResponses' },
  { variable: 'CODEX_RELAY_MAX_SESSION_MEMORY_MB', system: 'codex-relay', setting: 'historyMaxMegabytes' },
  { variable: 'GODEX_PORT', system: 'GodeX', setting: 'port' },
  { variable: 'GODEX_HOST', system: 'GodeX', setting: 'host' },
  { variable: 'LOG_LEVEL', system: 'codex-zai-proxy', setting: 'logLevel' },
  { variable: 'GODEX_LOG_LEVEL', system: 'GodeX', setting: 'logLevel' },
];

/** codex-relay's `src:dst,src:dst`: model names to rename. */
export const relayModelMap = 'CODEX_RELAY_MODEL_MAP';
