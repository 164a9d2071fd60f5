import type { HistoryLimits, HistoryStore, StoredResponse } from './store.ts';

/** Where a store keeps its texts, by response id. */
export interface TextPlace {
  write(id: string, text: string): Promise<void>;
  /** Undefined if there is none. */
  read(id: string): Promise<string | undefined>;
  /** Does nothing if there is none. */
  remove(id: string): Promise<void>;
}

/** A text that is there already. */
export interface KnownText {
  id: string;
  bytes: number;
  storedAtMs: number;
}

/**
 * A history store over any place for texts: the limits, and what is known of each text. Responses are kept as JSON: one
 * that was put is not changed by whoever changes the object later.
 * @param known oldest first
 * @param now milliseconds since 1970
 */
export function createBoundedStore(
  place: TextPlace,
  known: readonly KnownText[],
  limits: HistoryLimits,
  now: () => number,
): HistoryStore {
  // a Map keeps the order of insertion: oldest first
  const index = new Map<string, KnownText>();
  let totalBytes = 0;
  for (const text of known) add(text);

  function add(text: KnownText): void {
    forget(text.id);
    index.set(text.id, text);
    totalBytes += text.bytes;
  }

  function forget(id: string): boolean {
    totalBytes -= index.get(id)?.bytes ?? 0;
    return index.delete(id);
  }

  const isExpired = (text: KnownText): boolean => now() - text.storedAtMs >= limits.ttlMs;

  async function evict(): Promise<void> {
    for (const text of index.values()) {
      if (index.size <= limits.maxResponses && totalBytes <= limits.maxBytes && !isExpired(text)) return;
      forget(text.id);
      await place.remove(text.id);
    }
  }

  return {
    async put(stored) {
      const { id } = stored.response;
      const text = JSON.stringify(stored);
      const bytes = Buffer.byteLength(text);
      if (bytes > limits.maxBytes || limits.maxResponses < 1) return false;
      await place.write(id, text);
      add({ id, bytes, storedAtMs: now() });
      await evict();
      return true;
    },

    async get(id) {
      const known = index.get(id);
      if (!known) return undefined;
      const text = isExpired(known) ? undefined : await place.read(id);
      const stored = text === undefined ? undefined : parseStored(text);
      // too old, or somebody else has removed or damaged it
      if (!stored && forget(id)) await place.remove(id);
      return stored;
    },

    async delete(id) {
      const known = index.get(id);
      const found = known !== undefined && !isExpired(known);
      if (forget(id)) await place.remove(id);
      return found;
    },
  };
}

function parseStored(text: string): StoredResponse | undefined {
  try {
    // our own words; a file that was cut short or edited by hand is no response
    const stored = JSON.parse(text) as StoredResponse;
    return typeof stored.response.id === 'string' && Array.isArray(stored.input) ? stored : undefined;
  } catch {
    return undefined;
  }
}
