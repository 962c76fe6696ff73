/** DI token of the service's {@link Cache}. */
export const CACHE = Symbol('cache');

export interface CacheEntry {
  readonly key: string;
  readonly value: string;
  /** Grows with the truth the value shows: an aggregate's version, or the milliseconds at which a list was read. */
  readonly version: number;
}

/**
 * A cache that never makes a reader wait or fail: what it cannot answer is a miss, what it cannot store is let go.
 * Every entry has a version, and an older one never replaces a newer one, so a slow reader that fetched before a
 * change cannot put the past back after it. Two adapters: Redis, and one in the process for a single machine.
 */
export interface Cache {
  /** The values in the order of `keys`, undefined for a miss. One round trip. */
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  /** Stores each entry for `seconds`, unless a newer version is there. One round trip. */
  put(entries: readonly CacheEntry[], seconds: number): Promise<void>;
  /** Makes the keys miss, and refuses older values than `version` for `seconds`. One round trip. */
  forget(keys: readonly string[], version: number, seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** How a forgotten key is stored: an entry that counts as a miss but guards its version. */
export const FORGOTTEN = '';
