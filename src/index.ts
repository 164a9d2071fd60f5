/** The programmatic API of codex-glm. */
export { startProxy, type Proxy, type ProxyOptions } from './proxy/server.ts';
export type { Log, LogEntry } from './proxy/log.ts';
export { CodexError, CodexGlmError, ProviderError, RequestError, UsageError } from './errors/errors.ts';
export type { ErrorCode } from './errors/codes.ts';
export type { CustomProvider } from './catalog/catalog.ts';
export type {
  ChatRules,
  Effort,
  ModelDescription,
  ProviderDescription,
  Quirk,
  ReasoningControl,
  ReasoningDescription,
} from './catalog/provider.ts';
