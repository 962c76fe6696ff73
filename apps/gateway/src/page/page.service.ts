import { Injectable } from '@nestjs/common';
import type { ArticleSnapshot } from '#events';
import { ClientGone } from '#http';
import { Caches, HOLD_FOR } from '../caching/caches.js';
import { MicroCache, STALE_FOR } from '../caching/micro-cache.js';
import { cacheable, type Cacheable } from '../http/cacheable.js';
import { withoutRetracted } from '../retractions/retracted-cards.rules.js';
import { Retractions } from '../retractions/retractions.js';
import { Bulkhead } from '../upstream/bulkhead.js';
import { UpstreamDown, type ServiceName } from '../upstream/problems.js';
import { parsed, Upstream, withArrays, type UpstreamRequest } from '../upstream/upstream.js';
import { LastGood, type Part } from './part.js';

type Article = ArticleSnapshot & { readonly version: number };

/** Everything an article's page shows, in one answer. The parts beside the article may fail on their own. */
export interface PageResponse {
  readonly article: Part<Article>;
  readonly comments: Part<unknown>;
  /** Fresh and null when the article has no poll. */
  readonly poll: Part<unknown>;
  readonly rails: Part<unknown>;
  readonly interactions: Part<unknown>;
}

/** Milliseconds: the page can do without all but the article. */
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
      // Only its parts may be stale, each for itself.
      answers: caches.create('pages', HOLD_FOR),
      refusals: caches.refusals,
      flights: new Bulkhead({ concurrent: 64, waiting: 512, waitFor: 1_000 }),
      retractions,
    });
    this.lastGood = new LastGood(caches.create('parts', STALE_FOR));
  }

  /**
   * @param client aborts when whoever asks goes away.
   * @throws Refused `article.unknown`, `article.retracted`; UpstreamDown when not even a stale article is at hand; Busy;
   * ClientGone.
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
    // Once more: the parts may have taken a second.
    this.retractions.refuseRetracted(id);
    const page: PageResponse = {
      article,
      comments,
      poll,
      rails: this.checked(rails),
      interactions: first(interactions),
    };
    return cacheable(page, [`article/${id}`], { checkedAt: performance.now() });
  }

  /** Rails may name what was retracted, however fresh they are: recommendations learns of it by events alone. */
  private checked({ status, data }: Part<unknown>): Part<unknown> {
    const isKnown = status !== 'unavailable' && this.retractions.isCurrent;
    const rails = isKnown && withoutRetracted(data, (articleId) => this.retractions.has(articleId));
    return rails ? { status, data: rails } : { status: 'unavailable', data: null };
  }

  /** A refusal of a part (its events have not arrived, or it was taken down) leaves that part out, not the page. */
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

  /** @param arrays what the answer must have; one that is something else is as good as none. */
  private load<T extends object>(
    service: ServiceName,
    path: string,
    request: UpstreamRequest,
    ...arrays: (keyof T)[]
  ): Promise<Part<T>> {
    return this.lastGood.part<T>(
      path,
      () => this.upstream.ok(service, path, request),
      (bytes) => withArrays(service, parsed<T>(service, bytes), ...arrays),
    );
  }
}

interface InteractionsAnswer {
  readonly items: readonly unknown[];
}

const first = (part: Part<InteractionsAnswer>): Part<unknown> =>
  part.status === 'unavailable' ? part : { status: part.status, data: part.data.items[0] };
