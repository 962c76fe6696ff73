import type { LRUCache } from 'lru-cache';
import { ClientGone } from '#http';
import type { Held } from '../caching/caches.js';
import { UpstreamDown } from '../upstream/problems.js';

/** One part of a page: as it is now, as it was at most a minute ago, or unavailable. */
export type Part<T> =
  | { readonly status: 'fresh' | 'stale'; readonly data: T }
  | { readonly status: 'unavailable'; readonly data: null };

/** Keeps the bytes of the last good answer of each part, for when its service does not answer. */
export class LastGood {
  constructor(private readonly answers: LRUCache<string, Held>) {}

  /**
   * @param read of an answer's bytes; what it cannot read is not kept.
   * @throws what `load` throws when the service itself refused; its refusal also forgets the last good answer. ClientGone.
   */
  async part<T>(key: string, load: () => Promise<Held>, read: (bytes: Buffer) => T): Promise<Part<T>> {
    try {
      const start = performance.now();
      const { bytes } = await load();
      const data = read(bytes);
      this.answers.set(key, { bytes }, { start });
      return { status: 'fresh', data };
    } catch (error) {
      if (error instanceof ClientGone) throw error;
      if (!(error instanceof UpstreamDown)) {
        this.answers.delete(key);
        throw error;
      }
      const last = this.answers.get(key);
      return last ? { status: 'stale', data: read(last.bytes) } : { status: 'unavailable', data: null };
    }
  }
}
