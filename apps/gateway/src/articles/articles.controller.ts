import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Slug } from '#events';
import { clientSignal, ForAnyone } from '#platform';
import { Caches } from '../caching/caches.js';
import { MicroCache } from '../caching/micro-cache.js';
import { cacheable, sendCacheable, type Cacheable } from '../http/cacheable.js';
import { leadingOn } from '../http/moved.js';
import { IdOrSlug, pathOf } from '../http/params.js';
import { Bulkhead } from '../upstream/bulkhead.js';
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

/** What there is to read. Answers are held for a second, so that a breaking story costs the upstream services one request per second. */
@Controller('v1')
@ForAnyone()
export class ArticlesController {
  private readonly answers: MicroCache<Cacheable>;
  private readonly searches: MicroCache<Cacheable>;

  constructor(
    caches: Caches,
    private readonly upstream: Upstream,
    private readonly lists: Lists,
  ) {
    const held = caches.create<Cacheable>('lists', 1_000);
    this.answers = new MicroCache(held, new Bulkhead({ concurrent: 64, waiting: 256, waitFor: 1_000 }));
    // A search can cost the database a hundred times what a list does; a flood of them must leave room for reading.
    this.searches = new MicroCache(held, new Bulkhead({ concurrent: 8, waiting: 64, waitFor: 1_000 }));
  }

  @Get('articles')
  list(
    @Query({ schema: ListRequest }) query: ListRequest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = pathOf('/articles', query);
    return leadingOn(
      reply,
      ({ kind, slug }) => pathOf('/v1/articles', { ...query, [kind!]: slug }),
      () => this.send(path, request, reply, (signal) => this.lists.get(path, signal)),
    );
  }

  @Get('search')
  search(
    @Query({ schema: SearchRequest }) query: SearchRequest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = pathOf('/search', query);
    return leadingOn(
      reply,
      ({ kind, slug }) => pathOf('/v1/search', { ...query, [kind!]: slug }),
      () => this.send(path, request, reply, (signal) => this.lists.get(path, signal), this.searches),
    );
  }

  @Get(':kind(sections|topics|places|authors)')
  terms(
    @Param('kind') kind: string,
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
    @Param('kind') kind: string,
    @Param('slug', { schema: Slug }) slug: string,
    @Query({ schema: ListRequest }) query: ListRequest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = pathOf('/articles', { ...query, [kind.slice(0, -1)]: slug });
    return leadingOn(
      reply,
      (moved) => pathOf(`/v1/${kind}/${moved.slug}`, query),
      () => this.send(path, request, reply, (signal) => this.lists.get(path, signal)),
    );
  }

  @Get('articles/:idOrSlug')
  get(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.sendArticle(`/articles/${idOrSlug}`, '', request, reply);
  }

  /** The same for other newsrooms: IPTC ninjs 3.1. */
  @Get('articles/:idOrSlug/ninjs')
  ninjs(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.sendArticle(`/articles/${idOrSlug}/ninjs`, '/ninjs', request, reply);
  }

  /** The service's bytes as they are: whoever only hands them on need not parse them. */
  private sendArticle(
    path: string,
    form: '' | '/ninjs',
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const load = async (signal: AbortSignal): Promise<Cacheable> => {
      const { bytes, headers } = await this.upstream.ok('articles', path, { signal });
      return cacheable(bytes, [`article/${String(headers['x-article-id'])}`]);
    };
    return leadingOn(
      reply,
      ({ slug }) => `/v1/articles/${slug}${form}`,
      () => this.send(path, request, reply, load),
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
