import { LRUCache } from 'lru-cache';
import { FORGOTTEN, type Cache, type CacheEntry } from './cache.js';

/** The cache of a newsroom in one process; holds 20,000 entries at most, the least recently used go first. */
export class MemoryCache implements Cache {
  private readonly entries = new LRUCache<string, CacheEntry>({ max: 20_000 });

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    return keys.map((key) => this.entries.get(key)?.value || undefined);
  }

  async put(entries: readonly CacheEntry[], seconds: number): Promise<void> {
    for (const entry of entries) {
      const held = this.entries.get(entry.key);
      if (!held || held.version <= entry.version) this.entries.set(entry.key, entry, { ttl: seconds * 1000 });
    }
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
