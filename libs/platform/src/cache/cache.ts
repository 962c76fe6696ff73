/** DI token of the service's {@link Cache}. */
export const CACHE = Symbol('cache');

export interface CacheEntry {
  readonly key: string;
  readonly value: string;
  /** A whole number that grows with each change of the value: an aggregate's version, or {@link databaseTime}. */
  readonly version: number;
}

/**
 * A cache that never fails its callers: a value that it cannot return is a miss, and a value that it cannot store is
 * dropped. Every entry has a version, and an older one never replaces a newer one. So a slow reader that fetched a value
 * before a change cannot store it after the change. Two adapters: Redis, and the memory of a single process.
 *
 * No call rejects or takes longer than a tenth of a second. All entries of one kind live for the same `seconds`.
 */
export interface Cache {
  /** The values in the order of `keys`; undefined for a miss. One round trip. */
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  /** Stores values that a reader has fetched, for `seconds`, unless a newer version is stored. One round trip. */
  offer(entries: readonly CacheEntry[], seconds: number): Promise<void>;
  /**
   * Stores the values that a change has produced, after its commit. While the cache is unavailable, the change is remembered,
   * so that its key is a miss when the cache is available again.
   */
  put(entries: readonly CacheEntry[], seconds: number): Promise<void>;
  /** Makes keys miss after a change, and for `seconds` accepts no value older than `version`. One round trip. */
  forget(keys: readonly string[], version: number, seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** The value of a forgotten key: it counts as a miss and still has a version. */
export const FORGOTTEN = '';
