import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Slug } from '#events';
import { clientSignal, ForAnyone, ForAnyoneOrSubscribers, IsSubscriber } from '#http';
import { Caches } from '../caching/caches.js';
import { MicroCache, STALE_FOR, type Entry } from '../caching/micro-cache.js';
import { cacheable, sendCacheable, variesBySubscription, type Cacheable } from '../http/cacheable.js';
import { IdOrSlug, pathOf } from '../http/params.js';
import { answerPublicly, type Moved } from '../http/answer-publicly.js';
import { Retractions } from '../retractions/retractions.js';
import { FullText } from '../subscribers/full-text.js';
import { Bulkhead, type BulkheadLimits } from '../upstream/bulkhead.js';
import { Upstream } from '../upstream/upstream.js';
import { Lists } from './lists.js';

const ListRequest = z.strictObject({
  section: Slug.optional(),
  topic: Slug.optional(),
  place: Slug.optional(),
  author: Slug.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.string().max(3).optional(),
});
type ListRequest = z.infer<typeof ListRequest>;

const SearchRequest = z.strictObject({
  q: z.string().max(200).default(''),
  section: Slug.optional(),
  topic: Slug.optional(),
  place: Slug.optional(),
  author: Slug.optional(),
  from: z.string().max(40).optional(),
  to: z.string().max(40).optional(),
  order: z.string().max(20).optional(),
  cursor: z.string().max(150).optional(),
  limit: z.string().max(3).optional(),
});
type SearchRequest = z.infer<typeof SearchRequest>;

const TermsRequest = z.strictObject({ after: Slug.optional(), limit: z.string().max(3).optional() });
type TermsRequest = z.infer<typeof TermsRequest>;

/** The kind of term in each path. */
const kindOf = { sections: 'section', topics: 'topic', places: 'place', authors: 'author' } as const;
type TermsKind = keyof typeof kindOf;

/** Articles, lists and search. Answers are cached for a second: a breaking story costs one upstream request per second. */
@Controller('v1')
@ForAnyone()
export class ArticlesController {
  private readonly answers: MicroCache<Cacheable>;
  private readonly searches: MicroCache<Cacheable>;

  constructor(
    caches: Caches,
    private readonly upstream: Upstream,
    private readonly lists: Lists,
    private readonly fullText: FullText,
    retractions: Retractions,
  ) {
    const { refusals } = caches;
    const shared = { answers: caches.create<Entry<Cacheable>>('lists', STALE_FOR), refusals, retractions };
    const cacheWith = (flights: BulkheadLimits) =>
      new MicroCache<Cacheable>({ ...shared, flights: new Bulkhead(flights) });
    this.answers = cacheWith({ concurrent: 64, waiting: 256, waitFor: 1_000 });
    // A search can cost the database a hundred times as much as a list, so searches have a lower limit.
    this.searches = cacheWith({ concurrent: 8, waiting: 64, waitFor: 1_000 });
  }

  @Get('articles')
  list(
    @Query({ schema: ListRequest }) query: ListRequest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = pathOf('/articles', query);
    return answerPublicly(
      reply,
      () => this.send(path, request, reply, (signal) => this.lists.get(path, signal)),
      ({ kind, slug }) => pathOf('/v1/articles', { ...query, [kind!]: slug }),
    );
  }

  @Get('search')
  search(
    @Query({ schema: SearchRequest }) query: SearchRequest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = pathOf('/search', query);
    return answerPublicly(
      reply,
      () => this.send(path, request, reply, (signal) => this.lists.get(path, signal), this.searches),
      ({ kind, slug }) => pathOf('/v1/search', { ...query, [kind!]: slug }),
    );
  }

  @Get(':kind(sections|topics|places|authors)')
  terms(
    @Param('kind') kind: TermsKind,
    @Query({ schema: TermsRequest }) query: TermsRequest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = pathOf(`/${kind}`, query);
    return this.send(path, request, reply, async (signal) =>
      cacheable((await this.upstream.ok('articles', path, { signal })).bytes, [kind]),
    );
  }

  @Get(':kind(sections|topics|places|authors)/:slug')
  listOf(
    @Param('kind') kind: TermsKind,
    @Param('slug', { schema: Slug }) slug: string,
    @Query({ schema: ListRequest }) query: ListRequest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const own = kindOf[kind];
    const path = pathOf('/articles', { ...query, [own]: slug });
    const addressOf = (moved: Moved): string =>
      moved.kind === own
        ? pathOf(`/v1/${kind}/${moved.slug}`, query)
        : pathOf(`/v1/${kind}/${slug}`, { ...query, [moved.kind!]: moved.slug });
    return answerPublicly(
      reply,
      () => this.send(path, request, reply, (signal) => this.lists.get(path, signal)),
      addressOf,
    );
  }

  @Get('articles/:idOrSlug')
  @ForAnyoneOrSubscribers()
  get(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @IsSubscriber() isSubscriber: boolean,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    variesBySubscription(reply);
    return this.sendArticle(`/articles/${idOrSlug}`, '', request, reply, isSubscriber);
  }

  /** An article for other newsrooms, as IPTC ninjs 3.1; of a paid article only the free part. */
  @Get('articles/:idOrSlug/ninjs')
  ninjs(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.sendArticle(`/articles/${idOrSlug}/ninjs`, '/ninjs', request, reply);
  }

  /** Sends the service's bytes unparsed. */
  private sendArticle(
    path: string,
    form: '' | '/ninjs',
    request: FastifyRequest,
    reply: FastifyReply,
    isSubscriber = false,
  ): Promise<void> {
    const load = async (signal: AbortSignal): Promise<Cacheable> => {
      const { bytes, headers } = await this.upstream.ok('articles', path, { signal });
      const articleId = headers['x-article-id'] as string | undefined;
      return cacheable(bytes, articleId ? [`article/${articleId}`] : [], { articleId });
    };
    return answerPublicly(
      reply,
      async () => {
        if (!isSubscriber) return this.send(path, request, reply, load);
        const article = await this.answers.get(path, () => clientSignal(reply), load);
        await this.fullText.send(article, request, reply);
      },
      ({ slug }) => `/v1/articles/${slug}${form}`,
    );
  }

  private async send(
    key: string,
    request: FastifyRequest,
    reply: FastifyReply,
    make: (signal: AbortSignal) => Promise<Cacheable>,
    answers = this.answers,
  ) {
    sendCacheable(request, reply, await answers.get(key, () => clientSignal(reply), make));
  }
}
