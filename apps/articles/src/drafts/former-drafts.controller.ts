import { Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import type { ArticleDraft } from '#api';
import { Id } from '#events';
import { CurrentActor, ForRoles, IfMatch } from '#http';
import type { Actor } from '#platform';
import { needArticle } from '../article/article-store.js';
import { sendEditorialArticle, type EditorialArticle } from '../article/editorial-article.js';
import { VersionInPath } from './drafts.dto.js';
import { DraftsService } from './drafts.service.js';
import { formerDraft, formerDraftsOf, type FormerDraftSummary } from './former-drafts.queries.js';

/** Working copies that were replaced before readers saw them. */
@Controller('editorial/articles/:id/drafts')
@ForRoles('author', 'editor')
export class FormerDraftsController {
  constructor(
    private readonly db: DataSource,
    private readonly drafts: DraftsService,
  ) {}

  /** Newest first, not paginated: few are kept. */
  @Get()
  async list(@Param('id', { schema: Id }) id: string): Promise<{ items: FormerDraftSummary[] }> {
    await needArticle(this.db.manager, id);
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
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.drafts.restoreDraft(id, expected, version, by));
  }
}
