import type { LRUCache } from 'lru-cache';
import { ClientGone } from '#http';
import type { Held } from '../caching/caches.js';
import { UpstreamDown } from '../problems.js';

/** One part of a page: fresh, stale by at most a minute, or unavailable. */
export type Part<T> =
  | { readonly status: 'fresh' | 'stale'; readonly data: T }
  | { readonly status: 'unavailable'; readonly data: null };

/** Keeps the bytes of each part's last good answer, for when its service is unavailable. */
export class LastGood {
  constructor(private readonly answers: LRUCache<string, Held>) {}

  /**
   * @param read reads an answer; bytes that it cannot read are not kept.
   * @throws what `load` throws when the service itself refused, which also drops the last good answer; ClientGone.
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
