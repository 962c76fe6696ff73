import type { Cache } from '#platform';

/** A value from the database with its version in the cache; see `CacheEntry`. */
export interface Loaded<Value> {
  readonly id: string;
  readonly value: Value;
  readonly version: number;
}

export interface ReadThroughOptions<Value> {
  readonly keyOf: (id: string) => string;
  readonly seconds: number;
  /** Reads values that the cache does not have. Ids without a value are left out. */
  readonly load: (ids: readonly string[]) => Promise<readonly Loaded<Value>[]>;
}

/**
 * Values by id, from the cache where it has them. The others come from `load` and are offered to the cache.
 * @param cached what the cache returned for the keys of `ids`, so that a caller can read several kinds at once.
 */
export async function readThrough<Value>(
  cache: Cache,
  ids: readonly string[],
  cached: readonly (string | undefined)[],
  { keyOf, seconds, load }: ReadThroughOptions<Value>,
): Promise<Map<string, Value>> {
  const values = new Map<string, Value>();
  const missing = ids.filter((id, i) => {
    const text = cached[i];
    if (text) values.set(id, JSON.parse(text) as Value);
    return !text;
  });
  if (missing.length === 0) return values;
  const loaded = await load(missing);
  for (const { id, value } of loaded) values.set(id, value);
  void cache.offer(
    loaded.map(({ id, value, version }) => ({ key: keyOf(id), value: JSON.stringify(value), version })),
    seconds,
  );
  return values;
}
