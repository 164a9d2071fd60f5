/** The programmatic API of codex-glm. */
import type { LaunchOptions } from './launch/session.ts';

export { startProxy, type Proxy, type ProxyOptions } from './proxy/server.ts';
export type { ResponseReport } from './proxy/exchange/response-report.ts';
export type { UpstreamOptions } from './proxy/upstream/upstream.ts';
export {
  clientKeysFrom,
  createClientKey,
  hashClientKey,
  type ClientKey,
  type ClientKeys,
} from './proxy/access/client-keys.ts';
export { defaultHistoryLimits, type HistoryLimits, type HistoryStore, type StoredResponse } from './history/store.ts';
export { createMemoryStore } from './history/memory-store.ts';
export { openDiskStore } from './history/disk-store.ts';
export { responseSkeleton } from './proxy/exchange/response-skeleton.ts';
export type { StreamOptions } from './translate/stream/state.ts';
export { translateStream } from './translate/stream/translate-stream.ts';
export { toChatRequest, type TranslatedRequest, type TranslationTarget } from './translate/request/to-chat-request.ts';
export { findModel, findProvider } from './catalog/catalog.ts';
export type { LaunchOptions } from './launch/session.ts';
export type { Log, LogEntry } from './proxy/log.ts';
export { CodexError, CodexGlmError, ProviderError, RequestError, UsageError } from './errors/errors.ts';
export type { ErrorCode } from './errors/codes.ts';
export type { CustomProvider } from './catalog/catalog.ts';
export type { ResponsesRules } from './catalog/responses-rules.ts';
export type {
  ChatRules,
  Effort,
  ModelDescription,
  ProviderDescription,
  Quirk,
  ReasoningControl,
  ReasoningDescription,
} from './catalog/provider.ts';

/**
 * Runs codex from start to end, with a proxy of its own; the standard streams and signals of this process are codex's.
 * Loaded when it is called: who starts a proxy alone does not need it.
 * @returns the exit status: codex's own
 * @throws UsageError, CodexError
 */
export async function launchCodex(options: LaunchOptions): Promise<number> {
  const session = await import('./launch/session.ts');
  return session.launchCodex(options);
}
