import { LRUCache } from 'lru-cache';
import { FORGOTTEN, type Cache, type CacheEntry } from './cache.js';

/** When either is reached, the least recently used entries are evicted. */
const LIMITS = { entries: 20_000, bytes: 32 * 2 ** 20 };
/** Approximate bytes of an entry besides its key and value. */
const OVERHEAD = 200;

/** The cache of a newsroom that runs in one process. */
export class MemoryCache implements Cache {
  private readonly entries: LRUCache<string, CacheEntry>;

  constructor(limits = LIMITS) {
    this.entries = new LRUCache({
      max: limits.entries,
      maxSize: limits.bytes,
      // A character takes two bytes in a string that is not all Latin-1.
      sizeCalculation: ({ key, value }) => 2 * (key.length + value.length) + OVERHEAD,
    });
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    return keys.map((key) => this.entries.get(key)?.value || undefined);
  }

  async put(entries: readonly CacheEntry[], seconds: number): Promise<void> {
    for (const entry of entries) {
      const held = this.entries.get(entry.key);
      if (!held || held.version <= entry.version) this.entries.set(entry.key, entry, { ttl: seconds * 1000 });
    }
  }

  offer(entries: readonly CacheEntry[], seconds: number): Promise<void> {
    return this.put(entries, seconds);
  }

  async forget(keys: readonly string[], version: number, seconds: number): Promise<void> {
    await this.put(
      keys.map((key) => ({ key, value: FORGOTTEN, version })),
      seconds,
    );
  }

  async close(): Promise<void> {
    this.entries.clear();
  }
}
