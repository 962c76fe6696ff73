import { Body, Controller, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Id } from '#events';
import { By, etagOf, ForRoles, IdempotencyKey, IfMatch, type Actor } from '#platform';
import type { Article } from './article.entity.js';
import { ArticleContent } from './article-content.js';
import {
  CreateArticleRequest,
  editorialResponse,
  RetractArticleRequest,
  type EditorialArticleResponse,
} from './articles.dto.js';
import { ArticlesService } from './articles.service.js';

/** What the newsroom does with its articles. Every change names the version it changes. */
@Controller('editorial/articles')
export class EditorialArticlesController {
  constructor(private readonly articles: ArticlesService) {}

  @Post()
  @ForRoles('author', 'editor')
  async create(
    @Body({ schema: CreateArticleRequest }) request: CreateArticleRequest,
    @IdempotencyKey() key: string | undefined,
    @By() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return answer(reply, await this.articles.create(request, by, key));
  }

  @Get(':id')
  @ForRoles('author', 'editor')
  async get(
    @Param('id', { schema: Id }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return answer(reply, await this.articles.get(id));
  }

  @Put(':id')
  @ForRoles('author', 'editor')
  async edit(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: ArticleContent }) content: ArticleContent,
    @By() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return answer(reply, await this.articles.edit(id, expected, content, by));
  }

  @Post(':id/publish')
  @HttpCode(200)
  @ForRoles('editor')
  async publish(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @By() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return answer(reply, await this.articles.publish(id, expected, by));
  }

  @Post(':id/retract')
  @HttpCode(200)
  @ForRoles('editor')
  async retract(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: RetractArticleRequest }) request: RetractArticleRequest,
    @By() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return answer(reply, await this.articles.retract(id, expected, request, by));
  }
}

function answer(reply: FastifyReply, article: Article): EditorialArticleResponse {
  reply.header('etag', etagOf(article.version));
  return editorialResponse(article);
}
