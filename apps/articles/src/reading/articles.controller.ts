import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { Slug } from '#events';
import { etagOf, ForAnyone, ForAnyoneOrSubscribers, IsSubscriber } from '#http';
import { listArticles, ListArticlesRequest } from '../lists/article-list.queries.js';
import { publicArticle } from './public-article.queries.js';

/** Ids have the form of slugs. */
const IdOrSlug = Slug;

/** What readers may see. Stored JSON goes out as it is: parsing it only to write it again would be most of the work. */
@Controller('articles')
@ForAnyone()
export class ArticlesController {
  constructor(private readonly db: DataSource) {}

  @Get()
  async list(
    @Query({ schema: ListArticlesRequest }) request: ListArticlesRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { items, ...list } = await listArticles(this.db, request);
    sendJson(reply, `${JSON.stringify(list).slice(0, -1)},"items":[${items.join(',')}]}`);
  }

  /** A paid article whole for subscribers, for everyone else what is free of it. */
  @Get(':idOrSlug')
  @ForAnyoneOrSubscribers()
  async get(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @IsSubscriber() isSubscriber: boolean,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { id, version, snapshot } = await publicArticle(this.db, idOrSlug, { isSubscriber });
    reply.header('x-article-id', id);
    // The version names the article, not what one reader sees of it.
    if (isSubscriber) reply.header('cache-control', 'private, no-store');
    else reply.header('etag', etagOf(version));
    sendJson(reply, `{"version":${version},${snapshot.slice(1)}`);
  }
}

const sendJson = (reply: FastifyReply, json: string): void =>
  void reply.type('application/json; charset=utf-8').send(json);
