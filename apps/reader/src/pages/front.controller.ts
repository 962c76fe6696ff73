import { Controller, Get, Header, Param, Query, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Slug } from '#events';
import { ForAnyone } from '#http';
import { Gateway } from '../gateway/gateway.js';
import { ErrorPageFilter } from './error-page.filter.js';
import { frontPage } from './front.js';

const Paging = z.object({ cursor: z.string().max(200).optional() });
type Paging = z.infer<typeof Paging>;

@Controller()
@ForAnyone()
@UseFilters(ErrorPageFilter)
export class FrontController {
  constructor(private readonly gateway: Gateway) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'private, no-cache')
  async front(@Query({ schema: Paging }) { cursor }: Paging): Promise<string> {
    const [sections, list] = await Promise.all([this.sections(), this.gateway.newest(cursor)]);
    return frontPage({ list, sections, isFirst: !cursor });
  }

  /** An earlier slug leads to the one that the section has now. */
  @Get(':section')
  @Header('cache-control', 'private, no-cache')
  async section(
    @Param('section', { schema: Slug }) slug: string,
    @Query({ schema: Paging }) { cursor }: Paging,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [sections, list] = await Promise.all([this.sections(), this.gateway.section(slug, cursor)]);
    const current = list.terms[0] ?? { slug, name: slug };
    if (current.slug !== slug) reply.redirect(`/${current.slug}`, 301);
    else {
      const html = frontPage({ list, sections, current, isFirst: !cursor });
      reply.type('text/html; charset=utf-8').send(html);
    }
  }

  /** A page without its navigation is better than none. */
  private sections() {
    return this.gateway.sections().catch(() => []);
  }
}
