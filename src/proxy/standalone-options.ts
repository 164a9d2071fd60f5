import type { ProviderDescription } from '../catalog/provider.ts';
import type { HistoryStore } from '../history/store.ts';
import type { ExchangeObserver } from './exchange/exchange-observer.ts';
import type { ClientKeys } from './access/client-keys.ts';
import type { UpstreamOptions } from './upstream/upstream.ts';

/** What matters to a proxy that serves more than one run of codex. */
export interface StandaloneOptions {
  /** Further providers. Their models are asked for as `provider/model`, or by an alias for that. */
  providers?: readonly UpstreamOptions[];
  /** Where responses are stored; default: in memory, with `defaultHistoryLimits`. `false`: nowhere. */
  history?: HistoryStore | false;
  /** Keys that clients may show besides `token`; needed for an address that is not loopback. */
  clientKeys?: ClientKeys;
  /** What codex gets for `GET /v1/models`, where it asks with `?client_version=`; default: the list for everybody. */
  codexCatalog?: (provider: ProviderDescription, codexVersion: string) => unknown;
  /** Shown what every exchange carries, contents too: for captures and for `createToolLog`. */
  observer?: ExchangeObserver;
  /** Said by `/health` and `/ready`: tells this proxy from another one at the same address. */
  instanceId?: string;
}
