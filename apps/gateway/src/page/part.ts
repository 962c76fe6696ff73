import { LRUCache } from 'lru-cache';
import { UpstreamDown } from '../upstream/upstream.js';

/** One part of a page: as it is now, as it was at most a minute ago, or not to be had. */
export type Part<T> =
  | { readonly status: 'fresh' | 'stale'; readonly data: T }
  | { readonly status: 'unavailable'; readonly data: null };

/** Milliseconds a last good answer may stand in for a service that is down. */
const STALE_FOR = 60_000;

/** Keeps the last good answer of each part, 10,000 at most, for when its service does not answer. */
export class LastGood {
  private readonly answers = new LRUCache<string, { data: unknown }>({ max: 10_000, ttl: STALE_FOR });

  /** @throws what `load` throws when the service itself refused; its refusal also forgets the last good answer. */
  async part<T>(key: string, load: () => Promise<T>): Promise<Part<T>> {
    try {
      const data = await load();
      this.answers.set(key, { data });
      return { status: 'fresh', data };
    } catch (error) {
      if (!(error instanceof UpstreamDown)) {
        this.answers.delete(key);
        throw error;
      }
      const last = this.answers.get(key) as { data: T } | undefined;
      return last ? { status: 'stale', data: last.data } : { status: 'unavailable', data: null };
    }
  }
}
