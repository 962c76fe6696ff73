import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { DataSource, type EntityTarget } from 'typeorm';
import { z } from 'zod';
import { Slug } from '#events';
import { ForAnyone, ForRoles } from '#platform';
import { Place, Section, Topic, type TermEntity } from './term.entities.js';

const TermRequest = z.strictObject({ name: z.string().trim().min(1).max(80) });
const PlaceRequest = TermRequest.extend({
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
});
type TermRequest = z.infer<typeof TermRequest>;
type PlaceRequest = z.infer<typeof PlaceRequest>;

/** Sections, topics and places: named by their slug, so that saying the same twice changes nothing. */
@Controller()
export class TaxonomyController {
  constructor(private readonly db: DataSource) {}

  @Get('sections')
  @ForAnyone()
  sections(): Promise<Section[]> {
    return this.db.manager.find(Section, { order: { id: 'ASC' } });
  }

  @Put('editorial/sections/:slug')
  @ForRoles('editor')
  putSection(
    @Param('slug', { schema: Slug }) slug: string,
    @Body({ schema: TermRequest }) term: TermRequest,
  ) {
    return this.put(Section, { slug, ...term });
  }

  @Put('editorial/topics/:slug')
  @ForRoles('editor')
  putTopic(@Param('slug', { schema: Slug }) slug: string, @Body({ schema: TermRequest }) term: TermRequest) {
    return this.put(Topic, { slug, ...term });
  }

  @Put('editorial/places/:slug')
  @ForRoles('editor')
  putPlace(
    @Param('slug', { schema: Slug }) slug: string,
    @Body({ schema: PlaceRequest }) term: PlaceRequest,
  ) {
    return this.put(Place, { slug, ...term });
  }

  private async put<T extends TermEntity>(
    entity: EntityTarget<T>,
    term: Omit<T, 'id' | 'country'>,
  ): Promise<T> {
    const terms = this.db.manager.getRepository(entity);
    await terms.upsert(term as never, ['slug']);
    return terms.findOneByOrFail({ slug: term.slug } as never);
  }
}
