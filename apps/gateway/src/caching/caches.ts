import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Gauge, Registry } from 'prom-client';
import type { Refused } from '#http';

const MB = 1024 * 1024;

/**
 * Bytes that each cache may hold. Together with answers in flight and Node itself they fit into a container of 384 MB.
 * The bytes are Buffers, outside the JavaScript heap.
 */
const budgets = { pages: 16 * MB, lists: 8 * MB, feeds: 8 * MB, parts: 24 * MB, refusals: 2 * MB } as const;
export type CacheName = keyof typeof budgets;

/** Share of a cache that one answer may occupy, so that it cannot displace everything else. */
const SHARE_OF_ONE = 1 / 4;
/** Approximate bytes of an entry besides its answer and key: entity tag, surrogate keys, bookkeeping. */
const OVERHEAD = 2_048;

/** Milliseconds for which an answer is not requested again; shared caches keep it equally long. */
export const HOLD_FOR = 1_000;

export interface Held {
  readonly bytes: Buffer;
}

export interface Refusal extends Held {
  readonly refusal: Refused;
}

/** The gateway's caches, bounded in bytes; expired entries are removed. */
@Injectable()
export class Caches {
  private readonly caches = new Map<string, { readonly calculatedSize: number }>();
  /** Refusals of all services, by the key of the request. */
  readonly refusals = this.create<Refusal>('refusals', HOLD_FOR);

  constructor(registry: Registry) {
    const { caches } = this;
    const bytes = new Gauge({
      name: 'gateway_cache_bytes',
      help: 'Bytes in a cache of the gateway.',
      labelNames: ['cache'],
      registers: [],
      collect() {
        for (const [cache, { calculatedSize }] of caches) this.set({ cache }, calculatedSize);
      },
    });
    registry.registerMetric(bytes);
  }

  /** @param ttl milliseconds. */
  create<T extends Held>(name: CacheName, ttl: number): LRUCache<string, T> {
    const cache = new LRUCache<string, T>({
      ttl,
      ttlAutopurge: true,
      maxSize: budgets[name],
      maxEntrySize: budgets[name] * SHARE_OF_ONE,
      sizeCalculation: ({ bytes }, key) => bytes.length + 2 * key.length + OVERHEAD,
    });
    this.caches.set(name, cache);
    return cache;
  }
}
