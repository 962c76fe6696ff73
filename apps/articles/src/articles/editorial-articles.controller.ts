import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { Id } from '#events';
import { CurrentActor, ForRoles, IdempotencyKey, IfMatch } from '#http';
import type { Actor } from '#platform';
import { ArticleDraftRequest, type ArticleDraft } from './article-content.js';
import {
  AuditRequest,
  CorrectArticleRequest,
  DeskRequest,
  editorialAnswer,
  LabelArticleRequest,
  RetractArticleRequest,
  ScheduleArticleRequest,
  type EditorialArticleResponse,
} from './articles.dto.js';
import { ArticlesService } from './articles.service.js';
import { auditOf, type AuditEntry } from './audit.js';
import { deskList, type DeskListResponse } from './desk-list.js';

/** What the newsroom does with its articles. Every change names the version it changes. */
@Controller('editorial/articles')
@ForRoles('editor')
export class EditorialArticlesController {
  constructor(
    private readonly articles: ArticlesService,
    private readonly db: DataSource,
  ) {}

  @Get()
  @ForRoles('author', 'editor', 'sales')
  list(@Query({ schema: DeskRequest }) request: DeskRequest): Promise<DeskListResponse> {
    return deskList(this.db, request);
  }

  @Post()
  @ForRoles('author', 'editor')
  async create(
    @Body({ schema: ArticleDraftRequest }) draft: ArticleDraft,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.create(draft, by, idempotencyKey));
  }

  @Get(':id')
  @ForRoles('author', 'editor', 'sales')
  async get(
    @Param('id', { schema: Id }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.get(id));
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
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.edit(id, expected, draft, by));
  }

  /** Says who paid for it, in the working copy: an editor publishes it. */
  @Put(':id/label')
  @ForRoles('editor', 'sales')
  async label(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: LabelArticleRequest }) request: LabelArticleRequest,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.label(id, expected, request, by));
  }

  @Delete(':id')
  @HttpCode(204)
  discard(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
  ): Promise<void> {
    return this.articles.discard(id, expected, by);
  }

  @Post(':id/publish')
  @HttpCode(200)
  async publish(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.publish(id, expected, by));
  }

  @Post(':id/correct')
  @HttpCode(200)
  async correct(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: CorrectArticleRequest }) { note }: CorrectArticleRequest,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.correct(id, expected, note, by));
  }

  /** Sets or moves when it goes on and off by itself. */
  @Post(':id/schedule')
  @HttpCode(200)
  async schedule(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: ScheduleArticleRequest }) times: ScheduleArticleRequest,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.schedule(id, expected, times, by));
  }

  @Delete(':id/schedule')
  async cancelSchedule(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.cancelSchedule(id, expected, by));
  }

  @Post(':id/retract')
  @HttpCode(200)
  async retract(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @Body({ schema: RetractArticleRequest }) request: RetractArticleRequest,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.retract(id, expected, request, by));
  }

  @Post(':id/purge')
  @HttpCode(200)
  async purge(
    @Param('id', { schema: Id }) id: string,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.purge(id, expected, by));
  }
}
