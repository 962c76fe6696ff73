import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { Slug } from '#events';
import { etagOf, ForAnyone, ForAnyoneOrSubscribers, IsSubscriber } from '#http';
import { listArticles, ListArticlesRequest } from '../lists/article-list.queries.js';
import { publicArticle } from './public-article.queries.js';

/** Ids have the form of slugs. */
const IdOrSlug = Slug;

/** Public articles. Stored JSON is sent as it is: parsing and serializing it would be most of the work. */
@Controller('articles')
@ForAnyone()
export class ArticlesController {
  constructor(private readonly db: DataSource) {}

  @Get()
  async list(
    @Query({ schema: ListArticlesRequest }) request: ListArticlesRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { items, ...list } = await listArticles(this.db.manager, request);
    sendJson(reply, `${JSON.stringify(list).slice(0, -1)},"items":[${items.join(',')}]}`);
  }

  /** Subscribers get a paid article in full, others its free part. */
  @Get(':idOrSlug')
  @ForAnyoneOrSubscribers()
  async get(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @IsSubscriber() isSubscriber: boolean,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { id, version, snapshot } = await publicArticle(this.db.manager, idOrSlug, { isSubscriber });
    reply.header('x-article-id', id);
    // An ETag identifies the version of the article, not the part of it that one reader sees.
    if (isSubscriber) reply.header('cache-control', 'private, no-store');
    else reply.header('etag', etagOf(version));
    sendJson(reply, `{"version":${version},${snapshot.slice(1)}`);
  }
}

const sendJson = (reply: FastifyReply, json: string): void =>
  void reply.type('application/json; charset=utf-8').send(json);
