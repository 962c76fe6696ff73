import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import type { ArticleDraft } from '#api';
import { Id } from '#events';
import { CurrentActor, ForRoles, IdempotencyKey, IfMatch } from '#http';
import type { Actor } from '#platform';
import { ArticleDraftRequest } from '../article/article-content.js';
import { needArticle } from '../article/article-store.js';
import type { AuditEntry } from '../article/audit.js';
import { AuditRequest } from '../article/audit.dto.js';
import { auditOf } from '../article/audit.queries.js';
import { sendEditorialArticle, type EditorialArticle } from '../article/editorial-article.js';
import { deskList, type DeskListResponse } from './desk-list.queries.js';
import { DeskRequest, LabelArticleRequest } from './drafts.dto.js';
import { DraftsService } from './drafts.service.js';

/** The newsroom's list of articles, and their working copies. Every change requires the current version as `If-Match`. */
@Controller('editorial/articles')
@ForRoles('editor')
export class DraftsController {
  constructor(
    private readonly drafts: DraftsService,
    private readonly db: DataSource,
  ) {}

  @Get()
  @ForRoles('author', 'editor', 'sales')
  list(@Query({ schema: DeskRequest }) request: DeskRequest): Promise<DeskListResponse> {
    return deskList(this.db.manager, request);
  }

  @Post()
  @ForRoles('author', 'editor')
  async create(
    @Body({ schema: ArticleDraftRequest }) draft: ArticleDraft,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.drafts.create(draft, by, idempotencyKey));
  }

  @Get(':id')
  @ForRoles('author', 'editor', 'sales')
  async get(
    @Param('id', { schema: Id }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await needArticle(this.db.manager, id));
  }

  @Get(':id/audit')
  @ForRoles('author', 'editor')
  async audit(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: AuditRequest }) page: AuditRequest,
  ): Promise<{ items: AuditEntry[] }> {
    return { items: await auditOf(this.db.manager, id, page) };
  }

  @Put(':id')
  @ForRoles('author', 'editor')
  async edit(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: ArticleDraftRequest }) draft: ArticleDraft,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.drafts.edit(id, expected, draft, by));
  }

  /** Labels the working copy as paid or partner content; an editor publishes it. */
  @Put(':id/label')
  @ForRoles('editor', 'sales')
  async label(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: LabelArticleRequest }) request: LabelArticleRequest,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticle> {
    return sendEditorialArticle(reply, await this.drafts.label(id, expected, request, by));
  }

  @Delete(':id')
  @HttpCode(204)
  discard(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
  ): Promise<void> {
    return this.drafts.discard(id, expected, by);
  }
}
