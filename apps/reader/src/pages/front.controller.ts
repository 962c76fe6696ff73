import { Controller, Get, Header, Inject, Param, Query, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Slug } from '#events';
import { ForAnyone } from '#http';
import { CONFIG } from '#platform';
import type { ReaderAppConfig } from '../config.js';
import { Gateway } from '../gateway/gateway.js';
import { ErrorPageFilter } from './error-page.filter.js';
import { frontPage } from './front.js';

const Paging = z.object({ cursor: z.string().max(200).optional() });
type Paging = z.infer<typeof Paging>;

@Controller()
@ForAnyone()
@UseFilters(ErrorPageFilter)
export class FrontController {
  constructor(
    private readonly gateway: Gateway,
    @Inject(CONFIG) private readonly config: ReaderAppConfig,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'private, no-cache')
  async front(@Query({ schema: Paging }) { cursor }: Paging): Promise<string> {
    const [sections, list] = await Promise.all([this.sections(), this.gateway.newest(cursor)]);
    return frontPage({ siteName: this.config.siteName, list, sections, isFirst: !cursor });
  }

  /** Redirects from an earlier slug to the current one. */
  @Get(':section')
  @Header('cache-control', 'private, no-cache')
  async section(
    @Param('section', { schema: Slug }) slug: string,
    @Query({ schema: Paging }) { cursor }: Paging,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [sections, list] = await Promise.all([this.sections(), this.gateway.section(slug, cursor)]);
    const current = list.terms[0] ?? { slug, name: slug };
    if (current.slug !== slug) {
      reply.redirect(`/${current.slug}`, 301);
    } else {
      const { siteName } = this.config;
      const html = frontPage({ siteName, list, sections, current, isFirst: !cursor });
      reply.type('text/html; charset=utf-8').send(html);
    }
  }

  /** A page without navigation is better than none. */
  private sections() {
    return this.gateway.sections().catch(() => []);
  }
}
