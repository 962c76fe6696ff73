import { Controller, Get, Param, Query, UseFilters } from '@nestjs/common';
import { Header } from '@nestjs/common';
import { z } from 'zod';
import { Slug } from '#events';
import { ForAnyone } from '#platform';
import { Gateway, GatewayRefused } from '../gateway/gateway.js';
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
  async front(@Query({ schema: Paging }) { cursor }: Paging): Promise<string> {
    const [sections, list] = await Promise.all([this.gateway.sections(), this.gateway.newest(cursor)]);
    return frontPage({ list, sections, isFirst: !cursor });
  }

  @Get(':section')
  @Header('content-type', 'text/html; charset=utf-8')
  async section(
    @Param('section', { schema: Slug }) slug: string,
    @Query({ schema: Paging }) { cursor }: Paging,
  ): Promise<string> {
    const sections = await this.gateway.sections();
    const current = sections.find((section) => section.slug === slug);
    if (!current) throw new GatewayRefused(404, { code: 'list.unknown', title: '' });
    return frontPage({ list: await this.gateway.section(slug, cursor), sections, current, isFirst: !cursor });
  }
}
