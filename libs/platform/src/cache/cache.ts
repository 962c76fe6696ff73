/** DI token of the service's {@link Cache}. */
export const CACHE = Symbol('cache');

export interface CacheEntry {
  readonly key: string;
  readonly value: string;
  /** Grows with the truth the value shows: an aggregate's version, or {@link databaseTime}. A whole number. */
  readonly version: number;
}

/**
 * A cache that never makes a reader wait or fail: what it cannot answer is a miss, what it cannot store is let go.
 * Every entry has a version, and an older one never replaces a newer one, so a slow reader that fetched before a
 * change cannot put the past back after it. Two adapters: Redis, and one in the process for a single machine.
 *
 * No call rejects, or takes longer than a tenth of a second. All entries of one kind live for the same `seconds`.
 */
export interface Cache {
  /** The values in the order of `keys`, undefined for a miss. One round trip. */
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  /** Stores what a reader has fetched, for `seconds`, unless a newer version is there. One round trip. */
  offer(entries: readonly CacheEntry[], seconds: number): Promise<void>;
  /**
   * As {@link offer}, for what a change has made of an entry, after its commit. While the cache is away the change is
   * remembered, and the key misses when it is back.
   */
  put(entries: readonly CacheEntry[], seconds: number): Promise<void>;
  /** Makes the keys miss after a change, and refuses older values than `version` for `seconds`. One round trip. */
  forget(keys: readonly string[], version: number, seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** How a forgotten key is stored: an entry that counts as a miss but guards its version. */
export const FORGOTTEN = '';
