import { Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { Id } from '#events';
import { CurrentActor, ForRoles, IfMatch } from '#http';
import type { Actor } from '#platform';
import type { ArticleDraft } from '../articles/article-content.js';
import { ArticlesService } from '../articles/articles.service.js';
import { editorialAnswer, VersionInPath, type EditorialArticleResponse } from '../articles/articles.dto.js';
import { formerDraft, formerDraftsOf, type FormerDraftSummary } from './former-drafts.js';

/** What the newsroom wrote and replaced before readers saw it. */
@Controller('editorial/articles/:id/drafts')
@ForRoles('author', 'editor')
export class FormerDraftsController {
  constructor(
    private readonly db: DataSource,
    private readonly articles: ArticlesService,
  ) {}

  /** Newest first, all that are kept. */
  @Get()
  async list(@Param('id', { schema: Id }) id: string): Promise<{ items: FormerDraftSummary[] }> {
    await this.articles.get(id);
    return { items: await formerDraftsOf(this.db.manager, id) };
  }

  @Get(':version')
  get(
    @Param('id', { schema: Id }) id: string,
    @Param('version', { schema: VersionInPath }) version: number,
  ): Promise<ArticleDraft> {
    return formerDraft(this.db.manager, id, version);
  }

  @Post(':version/restore')
  @HttpCode(200)
  async restore(
    @Param('id', { schema: Id }) id: string,
    @Param('version', { schema: VersionInPath }) version: number,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.restoreDraft(id, expected, version, by));
  }
}
