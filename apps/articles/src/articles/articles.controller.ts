import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { etagOf, ForAnyone } from '#platform';
import { listArticles } from './article-list.js';
import { ListArticlesRequest, type ArticleListResponse, type ArticleResponse } from './articles.dto.js';
import { ArticlesService } from './articles.service.js';

const IdOrSlug = z.string().min(1).max(120);

/** What readers may see. */
@Controller('articles')
@ForAnyone()
export class ArticlesController {
  constructor(
    private readonly articles: ArticlesService,
    private readonly db: DataSource,
  ) {}

  @Get()
  list(@Query({ schema: ListArticlesRequest }) request: ListArticlesRequest): Promise<ArticleListResponse> {
    return listArticles(this.db, request);
  }

  @Get(':idOrSlug')
  async get(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ArticleResponse> {
    const { snapshot, publishedVersion } = await this.articles.getPublic(idOrSlug);
    reply.header('etag', etagOf(publishedVersion!));
    return { ...snapshot!, version: publishedVersion! };
  }
}
