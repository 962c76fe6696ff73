import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Gauge, Registry } from 'prom-client';
import { Refused } from '#http';
import { refuse } from '../problems.js';

/** Number of newest ids kept: as many as one answer can have (`retractionLimits` in the articles service), in 3 MB. */
const MAX_IDS = 20_000;
/** Milliseconds for which known retractions may be used without an update. */
const CURRENT_FOR = 60_000;

/** Articles that were retracted or purged recently, as of the last answer from the articles service. */
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
        help: 'Seconds since the known retractions were up to date.',
        registers: [],
        collect() {
          this.set(age() / 1_000);
        },
      }),
      new Gauge({
        name: 'gateway_retractions_known',
        help: 'Retracted articles that the gateway does not serve.',
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

  /** When the newest retraction became known, by performance.now(): answers requested earlier may still show the article. */
  get learnedAt(): number {
    return this.newestAt;
  }

  /** Milliseconds; infinite until the articles service has answered once. */
  get age(): number {
    return performance.now() - this.currentAt;
  }

  /** @param askedAt when the articles service was asked: the answer includes every retraction committed by then. */
  learn(articleIds: readonly string[], askedAt: number): void {
    const isNew = articleIds.some((id) => !this.ids.has(id));
    // The newest come first and must be evicted last.
    for (const id of articleIds.toReversed()) this.ids.set(id, true);
    if (isNew) this.newestAt = performance.now();
    this.currentAt = Math.max(this.currentAt, askedAt);
  }

  /** Learns from a service's refusal of a single article. */
  notice(error: unknown): void {
    if (!(error instanceof Refused) || error.code !== 'article.retracted') return;
    const { id } = error.details;
    if (typeof id === 'string') this.learn([id], this.currentAt);
  }

  /** @throws Refused `article.retracted`. */
  refuseRetracted(articleId: string): void {
    if (this.has(articleId)) throw refuse('article.retracted', { id: articleId });
  }

  /** Whether other services' answers about articles may be shown: they can learn of a retraction hours later. */
  get isCurrent(): boolean {
    return this.age <= CURRENT_FOR;
  }
}
