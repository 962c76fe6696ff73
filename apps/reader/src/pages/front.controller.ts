import { Controller, Get, Header, Param, Query, UseFilters } from '@nestjs/common';
import { z } from 'zod';
import { Slug } from '#events';
import { ForAnyone } from '#platform';
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

  @Get(':section')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'private, no-cache')
  async section(
    @Param('section', { schema: Slug }) slug: string,
    @Query({ schema: Paging }) { cursor }: Paging,
  ): Promise<string> {
    const [sections, list] = await Promise.all([this.sections(), this.gateway.section(slug, cursor)]);
    const current = sections.find((section) => section.slug === slug) ??
      list.items[0]?.section ?? { slug, name: slug };
    return frontPage({ list, sections, current, isFirst: !cursor });
  }

  /** A page without its navigation is better than none. */
  private sections() {
    return this.gateway.sections().catch(() => []);
  }
}
