import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Slug } from '#events';
import { ForAnyone } from '#platform';
import { cacheable, sendCacheable, type Cacheable } from '../http/cacheable.js';
import { IdOrSlug } from '../http/params.js';
import { MicroCache } from '../page/micro-cache.js';
import { Upstream } from '../upstream/upstream.js';

const ListRequest = z.strictObject({
  section: Slug.optional(),
  topic: Slug.optional(),
  place: Slug.optional(),
  author: Slug.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.string().max(3).optional(),
});
type ListRequest = z.infer<typeof ListRequest>;

interface ArticleList {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor?: string;
}
interface Interactions {
  readonly items: readonly { readonly articleId: string; readonly total: number }[];
}

/** Milliseconds a list waits for its counts; it does without them rather than longer. */
const COUNTS_WITHIN = 500;

@Controller('v1')
@ForAnyone()
export class ArticlesController {
  private readonly answers = new MicroCache<Cacheable>({ ttl: 1_000, max: 1_000 });

  constructor(private readonly upstream: Upstream) {}

  @Get('articles')
  list(
    @Query({ schema: ListRequest }) query: ListRequest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.sendList(query, request, reply);
  }

  @Get('sections')
  sections(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.send('/sections', request, reply, async () =>
      cacheable(await this.upstream.json('articles', '/sections'), ['sections']),
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
    return this.sendList({ ...query, [kind.slice(0, -1)]: slug }, request, reply);
  }

  @Get('articles/:idOrSlug')
  get(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = `/articles/${idOrSlug}`;
    return this.send(path, request, reply, async () => {
      const article = await this.upstream.json<{ id: string }>('articles', path);
      return cacheable(article, [`article/${article.id}`]);
    });
  }

  private sendList(query: ListRequest, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const path = `/articles?${new URLSearchParams(query as Record<string, string>)}`;
    return this.send(path, request, reply, async () => {
      const list = await this.upstream.json<ArticleList>('articles', path);
      const totals = await this.totals(list.items.map(({ id }) => id));
      const items = list.items.map((item) => ({ ...item, interactions: totals.get(item.id) ?? 0 }));
      return cacheable({ ...list, items }, ['lists', ...items.map(({ id }) => `article/${id}`)]);
    });
  }

  private async totals(ids: string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const counts = await this.upstream
      .json<Interactions>('recommendations', `/interactions?ids=${ids.join(',')}`, { within: COUNTS_WITHIN })
      .catch((): Interactions => ({ items: [] }));
    return new Map(counts.items.map(({ articleId, total }) => [articleId, total]));
  }

  private async send(
    key: string,
    request: FastifyRequest,
    reply: FastifyReply,
    make: () => Promise<Cacheable>,
  ) {
    sendCacheable(request, reply, await this.answers.get(key, make));
  }
}
