import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Id, type ArticleSnapshot } from '#events';
import { CurrentActor, ForRoles, IfMatch } from '#http';
import type { Actor } from '#platform';
import { needArticle } from '../article/article-store.js';
import { sendEditorialArticle, type EditorialArticle } from '../article/editorial-article.js';
import { compare, type Comparison } from './compare.js';
import { VersionInPath } from './drafts.dto.js';
import { DraftsService } from './drafts.service.js';
import { revisionsOf, revisionSnapshot, type RevisionSummary } from './revisions.queries.js';

const ListRevisionsRequest = z.strictObject({
  before: VersionInPath.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
type ListRevisionsRequest = z.infer<typeof ListRevisionsRequest>;
const CompareRequest = z.strictObject({ from: VersionInPath, to: VersionInPath });
type CompareRequest = z.infer<typeof CompareRequest>;

/** The published snapshots of an article, one revision per publication. */
@Controller('editorial/articles/:id/revisions')
@ForRoles('author', 'editor')
export class RevisionsController {
  constructor(
    private readonly db: DataSource,
    private readonly drafts: DraftsService,
  ) {}

  /** Newest first. */
  @Get()
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListRevisionsRequest }) page: ListRevisionsRequest,
  ): Promise<{ items: RevisionSummary[] }> {
    await needArticle(this.db.manager, id);
    return { items: await revisionsOf(this.db.manager, id, page) };
  }

  @Get('compare')
  async compare(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: CompareRequest }) { from, to }: CompareRequest,
  ): Promise<Comparison> {
    return compare(await this.snapshot(id, from), await this.snapshot(id, to));
  }

  @Get(':version')
  get(
    @Param('id', { schema: Id }) id: string,
    @Param('version', { schema: VersionInPath }) version: number,
  ): Promise<ArticleSnapshot> {
    return this.snapshot(id, version);
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
    return sendEditorialArticle(reply, await this.drafts.restore(id, expected, version, by));
  }

  private snapshot(articleId: string, version: number): Promise<ArticleSnapshot> {
    return revisionSnapshot(this.db.manager, articleId, version);
  }
}
