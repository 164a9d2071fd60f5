import { createBoundedStore } from './bounded-store.ts';
import { defaultHistoryLimits, type HistoryLimits, type HistoryStore } from './store.ts';

/** History that ends with the process. */
export function createMemoryStore(limits: HistoryLimits = defaultHistoryLimits, now = Date.now): HistoryStore {
  const texts = new Map<string, string>();
  const place = {
    write: async (id: string, text: string) => void texts.set(id, text),
    read: async (id: string) => texts.get(id),
    remove: async (id: string) => void texts.delete(id),
  };
  return createBoundedStore(place, [], limits, now);
}
