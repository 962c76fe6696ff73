import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import { Slug } from '#events';
import { By, ForAnyone, ForRoles, valid, type Actor } from '#platform';
import type { TermKind } from './term.entity.js';
import { KindInPath, termRequest, type TermResponse } from './term.rules.js';
import { TermsService } from './terms.service.js';

const ListTermsRequest = z.strictObject({
  after: Slug.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(500),
});
type ListTermsRequest = z.infer<typeof ListTermsRequest>;
const RenameTermRequest = z.strictObject({ slug: Slug });
const MergeTermRequest = z.strictObject({ into: Slug });

/** Sections, topics, places and authors: named by their slug, so that saying the same twice changes nothing. */
@Controller()
export class TermsController {
  constructor(private readonly terms: TermsService) {}

  @Get(':kind(sections|topics|places|authors)')
  @ForAnyone()
  list(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Query({ schema: ListTermsRequest }) page: ListTermsRequest,
  ): Promise<TermResponse[]> {
    return this.terms.list(kind, page, { forReaders: true });
  }

  @Get('editorial/:kind(sections|topics|places|authors)')
  @ForRoles('author', 'editor')
  editorialList(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Query({ schema: ListTermsRequest }) page: ListTermsRequest,
  ): Promise<TermResponse[]> {
    return this.terms.list(kind, page, { forReaders: false });
  }

  @Put('editorial/:kind(sections|topics|places|authors)/:slug')
  @ForRoles('editor')
  put(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @Body() body: unknown,
    @By() by: Actor,
  ): Promise<TermResponse> {
    return this.terms.put(kind, slug, valid(termRequest(kind), body), by);
  }

  @Post('editorial/:kind(sections|topics|places|authors)/:slug/rename')
  @HttpCode(200)
  @ForRoles('editor')
  rename(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @Body({ schema: RenameTermRequest }) request: z.infer<typeof RenameTermRequest>,
    @By() by: Actor,
  ): Promise<TermResponse> {
    return this.terms.rename(kind, slug, request.slug, by);
  }

  @Post('editorial/:kind(sections|topics|places|authors)/:slug/merge')
  @HttpCode(200)
  @ForRoles('editor')
  merge(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
    @Body({ schema: MergeTermRequest }) request: z.infer<typeof MergeTermRequest>,
    @By() by: Actor,
  ): Promise<TermResponse> {
    return this.terms.merge(kind, slug, request.into, by);
  }

  @Delete('editorial/:kind(sections|topics|places|authors)/:slug')
  @HttpCode(204)
  @ForRoles('editor')
  remove(
    @Param('kind', { schema: KindInPath }) kind: TermKind,
    @Param('slug', { schema: Slug }) slug: string,
  ): Promise<void> {
    return this.terms.remove(kind, slug);
  }
}
