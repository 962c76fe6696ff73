import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Gauge, Registry } from 'prom-client';
import { Refused } from '#http';

/** Ids that are kept, the newest: as many as one answer names (`retractionLimits` in the articles service). They take 3 MB. */
const MAX_IDS = 20_000;
/** Milliseconds for which what is known may be used while nothing newer can be learned. */
const CURRENT_FOR = 60_000;

/** Which articles were retracted or purged lately, as far as the articles service could be asked. */
@Injectable()
export class Retractions {
  private readonly ids = new LRUCache<string, true>({ max: MAX_IDS });
  private newestAt = Number.NEGATIVE_INFINITY;
  private currentAt = Number.NEGATIVE_INFINITY;

  constructor(registry: Registry) {
    const { ids } = this;
    const age = () => this.age;
    const gauges = [
      new Gauge({
        name: 'gateway_retractions_age_seconds',
        help: 'Age of what the gateway knows of retractions.',
        registers: [],
        collect() {
          this.set(age() / 1_000);
        },
      }),
      new Gauge({
        name: 'gateway_retractions_known',
        help: 'Retracted articles that the gateway holds back.',
        registers: [],
        collect() {
          this.set(ids.size);
        },
      }),
    ];
    for (const gauge of gauges) registry.registerMetric(gauge);
  }

  has(articleId: string): boolean {
    return this.ids.has(articleId);
  }

  /** When the newest retraction became known, by performance.now(): what was read before may still show it. */
  get learnedAt(): number {
    return this.newestAt;
  }

  /** Milliseconds; infinite until the articles service has answered once. */
  get age(): number {
    return performance.now() - this.currentAt;
  }

  /** @param askedAt when the articles service was asked: the answer has all that was committed by then. */
  learn(articleIds: readonly string[], askedAt: number): void {
    const isNew = articleIds.some((id) => !this.ids.has(id));
    // The newest come first and must be evicted last.
    for (const id of articleIds.toReversed()) this.ids.set(id, true);
    if (isNew) this.newestAt = performance.now();
    this.currentAt = Math.max(this.currentAt, askedAt);
  }

  /** Learns from the refusal of a single article. */
  notice(error: unknown): void {
    if (!(error instanceof Refused) || error.code !== 'article.retracted') return;
    const { id } = error.details;
    if (typeof id === 'string') this.learn([id], this.currentAt);
  }

  /** @throws Refused `article.retracted`. */
  refuseRetracted(articleId: string): void {
    if (this.has(articleId)) {
      throw new Refused('article.retracted', 410, 'This article was taken down.', { id: articleId });
    }
  }

  /** Whether enough is known to show what other services say of articles: they may learn of a retraction hours later. */
  get isCurrent(): boolean {
    return this.age <= CURRENT_FOR;
  }
}
