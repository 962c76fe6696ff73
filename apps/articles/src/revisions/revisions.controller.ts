import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Id, type ArticleSnapshot } from '#events';
import { By, ForRoles, IfMatch, type Actor } from '#platform';
import { ArticlesService } from '../articles/articles.service.js';
import { editorialAnswer, VersionInPath, type EditorialArticleResponse } from '../articles/articles.dto.js';
import { refuse } from '../problems.js';
import { compare, type Comparison } from './compare.js';
import { Revision } from './revision.entity.js';

const ListRevisionsRequest = z.strictObject({
  before: VersionInPath.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
type ListRevisionsRequest = z.infer<typeof ListRevisionsRequest>;
const CompareRequest = z.strictObject({ from: VersionInPath, to: VersionInPath });
type CompareRequest = z.infer<typeof CompareRequest>;

interface RevisionResponse {
  readonly version: number;
  readonly at: Date;
  readonly by: { readonly id: string; readonly name: string };
  readonly headline: string;
  readonly note?: string;
}

/** What readers saw, every time it was published. */
@Controller('editorial/articles/:id/revisions')
@ForRoles('author', 'editor')
export class RevisionsController {
  constructor(
    private readonly db: DataSource,
    private readonly articles: ArticlesService,
  ) {}

  /** Newest first. */
  @Get()
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListRevisionsRequest }) { before, limit }: ListRevisionsRequest,
  ): Promise<{ items: RevisionResponse[] }> {
    await this.articles.get(id);
    const rows: {
      version: number;
      at: Date;
      by_id: string;
      by_name: string;
      headline: string;
      note: string | null;
    }[] = await this.db.query(
      `SELECT version, created_at AS at, by_id, by_name, note, snapshot->>'headline' AS headline FROM revision
         WHERE article_id = $1 AND version < coalesce($2, 2147483647) ORDER BY version DESC LIMIT $3`,
      [id, before ?? null, limit],
    );
    return {
      items: rows.map(({ by_id, by_name, note, ...row }) => ({
        ...row,
        by: { id: by_id, name: by_name },
        ...(note && { note }),
      })),
    };
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
    @By() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialArticleResponse> {
    return editorialAnswer(reply, await this.articles.restore(id, expected, version, by));
  }

  private async snapshot(articleId: string, version: number): Promise<ArticleSnapshot> {
    const revision = await this.db.manager.findOneBy(Revision, { articleId, version });
    if (!revision) throw refuse('revision.unknown');
    return revision.snapshot;
  }
}
