import { Injectable } from '@nestjs/common';
import type { ArticleSnapshot } from '#events';
import { cacheable, type Cacheable } from '../http/cacheable.js';
import { Upstream, UpstreamDown, type ServiceName } from '../upstream/upstream.js';
import { MicroCache } from './micro-cache.js';
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
  private readonly pages = new MicroCache<Cacheable>({ ttl: 1_000, max: 2_000 });
  private readonly lastGood = new LastGood();

  constructor(private readonly upstream: Upstream) {}

  /** @throws Refused `article.unknown`, `article.retracted`; UpstreamDown when not even a stale article is at hand. */
  get(idOrSlug: string): Promise<Cacheable> | Cacheable {
    return this.pages.get(idOrSlug, () => this.compose(idOrSlug));
  }

  private async compose(idOrSlug: string): Promise<Cacheable> {
    const path = `/articles/${encodeURIComponent(idOrSlug)}`;
    const article = await this.lastGood.part(path, () =>
      this.upstream.json<Article>('articles', path, { within: within.article }),
    );
    if (article.status === 'unavailable') throw new UpstreamDown('articles');
    const { id, body } = article.data;
    const pollId = body.find((block) => block.type === 'poll')?.pollId;
    const [comments, poll, rails, interactions] = await Promise.all([
      this.part('comments', `/articles/${id}/comments`),
      pollId ? this.part('polls', `/polls/${pollId}`) : ({ status: 'fresh', data: null } as const),
      this.part('recommendations', `/articles/${id}/rails`),
      this.part<InteractionsAnswer>('recommendations', `/interactions?ids=${id}`),
    ]);
    const page: PageResponse = { article, comments, poll, rails, interactions: first(interactions) };
    return cacheable(page, [`article/${id}`]);
  }

  /** A refusal of a part (its events have not arrived, or it was taken down) leaves that part out, not the page. */
  private async part<T>(service: ServiceName, path: string): Promise<Part<T>> {
    try {
      return await this.lastGood.part(path, () =>
        this.upstream.json<T>(service, path, { within: within.part }),
      );
    } catch {
      return { status: 'unavailable', data: null };
    }
  }
}

interface InteractionsAnswer {
  readonly items: readonly unknown[];
}

const first = (part: Part<InteractionsAnswer>): Part<unknown> =>
  part.status === 'unavailable' ? part : { status: part.status, data: part.data.items[0] };
