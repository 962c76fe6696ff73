import { Injectable } from '@nestjs/common';
import type { ArticleSnapshot } from '#events';
import { ClientGone } from '#http';
import { Caches, HOLD_FOR } from '../caching/caches.js';
import { MicroCache, STALE_FOR } from '../caching/micro-cache.js';
import { cacheable, type Cacheable } from '../http/cacheable.js';
import { withoutRetracted } from '../retractions/without-retracted.rules.js';
import { Retractions } from '../retractions/retractions.js';
import { Bulkhead } from '../upstream/bulkhead.js';
import { UpstreamDown } from '../problems.js';
import { parseAnswer, withArrays } from '../upstream/json-answer.js';
import type { ServiceName } from '../upstream/service-name.js';
import { Upstream, type UpstreamRequest } from '../upstream/upstream.js';
import { LastGood, type Part } from './last-good.js';

type Article = ArticleSnapshot & { readonly version: number };

/** Everything that an article's page shows, in one answer. Parts other than the article may fail independently. */
export interface PageResponse {
  readonly article: Part<Article>;
  readonly comments: Part<unknown>;
  /** Fresh with null when the article has no poll. */
  readonly poll: Part<unknown>;
  readonly rails: Part<unknown>;
  readonly interactions: Part<unknown>;
}

/** Milliseconds. The page needs the article, and can do without the other parts. */
const within = { article: 2_000, part: 800 };

@Injectable()
export class PageService {
  private readonly pages: MicroCache<Cacheable>;
  private readonly lastGood: LastGood;

  constructor(
    caches: Caches,
    private readonly upstream: Upstream,
    private readonly retractions: Retractions,
  ) {
    this.pages = new MicroCache({
      // A page as a whole is never stale; its parts may be.
      answers: caches.create('pages', HOLD_FOR),
      refusals: caches.refusals,
      flights: new Bulkhead({ concurrent: 64, waiting: 512, waitFor: 1_000 }),
      retractions,
    });
    this.lastGood = new LastGood(caches.create('parts', STALE_FOR));
  }

  /**
   * @param client returns the signal that aborts when the client goes away.
   * @throws Refused `article.unknown`, `article.retracted`; UpstreamDown if there is not even a stale article; Busy; ClientGone.
   */
  get(idOrSlug: string, client: () => AbortSignal): Promise<Cacheable> | Cacheable {
    return this.pages.get(idOrSlug, client, (signal) => this.compose(idOrSlug, signal));
  }

  private async compose(idOrSlug: string, signal: AbortSignal): Promise<Cacheable> {
    const path = `/articles/${encodeURIComponent(idOrSlug)}`;
    const request = { within: within.article, signal };
    const article = await this.load<Article>('articles', path, request, 'body');
    if (article.status === 'unavailable') throw new UpstreamDown('articles');
    const { id, body } = article.data;
    this.retractions.refuseRetracted(id);
    const pollId = body.find((block) => block.type === 'poll')?.pollId;
    const [comments, poll, rails, interactions] = await Promise.all([
      this.part('comments', `/articles/${id}/comments`, signal),
      pollId ? this.part('polls', `/polls/${pollId}`, signal) : ({ status: 'fresh', data: null } as const),
      this.part('recommendations', `/articles/${id}/rails`, signal),
      this.part<InteractionsAnswer>('recommendations', `/interactions?ids=${id}`, signal, 'items'),
    ]);
    // Checked again, since loading the parts may have taken a second.
    this.retractions.refuseRetracted(id);
    const page: PageResponse = {
      article,
      comments,
      poll,
      rails: this.withoutRetracted(rails),
      interactions: first(interactions),
    };
    return cacheable(page, [`article/${id}`], { checkedAt: performance.now() });
  }

  /** Even fresh rails may show a retracted article: the recommendations service learns of retractions only from events. */
  private withoutRetracted({ status, data }: Part<unknown>): Part<unknown> {
    const isKnown = status !== 'unavailable' && this.retractions.isCurrent;
    const rails = isKnown && withoutRetracted(data, (articleId) => this.retractions.has(articleId));
    return rails ? { status, data: rails } : { status: 'unavailable', data: null };
  }

  /** If a service refuses a part (not known there yet, or retracted), only that part is unavailable. */
  private async part<T extends object>(
    service: ServiceName,
    path: string,
    signal: AbortSignal,
    ...arrays: (keyof T)[]
  ): Promise<Part<T>> {
    try {
      return await this.load<T>(service, path, { within: within.part, signal }, ...arrays);
    } catch (error) {
      if (error instanceof ClientGone) throw error;
      return { status: 'unavailable', data: null };
    }
  }

  /** @param arrays properties of the answer that must be arrays; otherwise the answer is unusable. */
  private load<T extends object>(
    service: ServiceName,
    path: string,
    request: UpstreamRequest,
    ...arrays: (keyof T)[]
  ): Promise<Part<T>> {
    return this.lastGood.part<T>(
      path,
      () => this.upstream.ok(service, path, request),
      (bytes) => withArrays(service, parseAnswer<T>(service, bytes), ...arrays),
    );
  }
}

interface InteractionsAnswer {
  readonly items: readonly unknown[];
}

const first = (part: Part<InteractionsAnswer>): Part<unknown> =>
  part.status === 'unavailable' ? part : { status: part.status, data: part.data.items[0] };
