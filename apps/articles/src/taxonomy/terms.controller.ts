import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Slug } from '#events';
import { parseOrRefuse, CurrentActor, etagOf, ForAnyone, ForRoles, IfMatch, OptionalIfMatch } from '#http';
import type { Actor } from '#platform';
import { AuditRequest } from '../article/audit.dto.js';
import type { TermAuditEntry } from './term-audit.js';
import { termAuditOf } from './term-audit.queries.js';
import type { Term, TermKind } from './term.entity.js';
import { listTerms, needTerm, parentSlugOf } from './term.queries.js';
import {
  editorialTerm,
  KindInPath,
  termRequest,
  termResponse,
  type EditorialTermResponse,
  type TermResponse,
} from './terms.dto.js';
import { TermsService } from './terms.service.js';

const ListTermsRequest = z.strictObject({
  after: Slug.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(500),
});
type ListTermsRequest = z.infer<typeof ListTermsRequest>;
const RenameTermRequest = z.strictObject({ slug: Slug });
const MergeTermRequest = z.strictObject({ into: Slug });

/** Sections, topics, places and authors, identified by their slug. Every change requires the current version as `If-Match`. */
@Controller()
export class TermsController {
  constructor(
    private readonly terms: TermsService,
    private readonly db: DataSource,
  ) {}

  @Get(':kind(sections|topics|places|authors)')
  @ForAnyone()
  async list(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Query({ schema: ListTermsRequest }) page: ListTermsRequest,
  ): Promise<TermResponse[]> {
    const terms = await listTerms(this.db.manager, kind, page, { forReaders: true });
    return terms.map(({ term, parent }) => termResponse(term, parent));
  }

  @Get('editorial/:kind(sections|topics|places|authors)')
  @ForRoles('author', 'editor')
  async editorialList(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Query({ schema: ListTermsRequest }) page: ListTermsRequest,
  ): Promise<EditorialTermResponse[]> {
    const terms = await listTerms(this.db.manager, kind, page, { forReaders: false });
    return terms.map(({ term, parent }) => editorialTerm(term, parent));
  }

  /** Also accepts earlier slugs. */
  @Get('editorial/:kind(sections|topics|places|authors)/:slug')
  @ForRoles('author', 'editor')
  async get(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialTermResponse> {
    return this.respond(reply, await needTerm(this.db.manager, kind, slug));
  }

  @Get('editorial/:kind(sections|topics|places|authors)/:slug/audit')
  @ForRoles('author', 'editor')
  async audit(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @Query({ schema: AuditRequest }) page: AuditRequest,
  ): Promise<{ items: TermAuditEntry[] }> {
    return { items: await termAuditOf(this.db.manager, kind, slug, page) };
  }

  /** Creates a term or, with `If-Match`, changes it. */
  @Put('editorial/:kind(sections|topics|places|authors)/:slug')
  @ForRoles('editor')
  async put(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @Body() body: unknown,
    @OptionalIfMatch() expected: number | undefined,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialTermResponse> {
    const request = parseOrRefuse(termRequest(kind), body);
    return this.respond(reply, await this.terms.put(kind, slug, request, expected, by));
  }

  @Post('editorial/:kind(sections|topics|places|authors)/:slug/rename')
  @HttpCode(200)
  @ForRoles('editor')
  async rename(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @IfMatch() expected: number,
    @Body({ schema: RenameTermRequest }) request: z.infer<typeof RenameTermRequest>,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialTermResponse> {
    return this.respond(reply, await this.terms.rename(kind, slug, request.slug, expected, by));
  }

  /** Responds with the term that the other was merged into. */
  @Post('editorial/:kind(sections|topics|places|authors)/:slug/merge')
  @HttpCode(200)
  @ForRoles('editor')
  async merge(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @IfMatch() expected: number,
    @Body({ schema: MergeTermRequest }) request: z.infer<typeof MergeTermRequest>,
    @CurrentActor() by: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EditorialTermResponse> {
    return this.respond(reply, await this.terms.merge(kind, slug, request.into, expected, by));
  }

  @Delete('editorial/:kind(sections|topics|places|authors)/:slug')
  @HttpCode(204)
  @ForRoles('editor')
  remove(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @IfMatch() expected: number,
    @CurrentActor() by: Actor,
  ): Promise<void> {
    return this.terms.remove(kind, slug, expected, by);
  }

  /** The term for an editor, with the ETag that the next change must send. */
  private async respond(reply: FastifyReply, term: Term): Promise<EditorialTermResponse> {
    reply.header('etag', etagOf(term.version));
    return editorialTerm(term, await parentSlugOf(this.db.manager, term));
  }
}
