import { Controller, Get, Header, Inject, Query, UseFilters } from '@nestjs/common';
import { z } from 'zod';
import { ForAnyone } from '#http';
import { CONFIG } from '#platform';
import type { ReaderAppConfig } from '../config.js';
import { Gateway, GatewayRefused } from '../gateway/gateway.js';
import { ErrorPageFilter } from './error-page.filter.js';
import { searchPage } from './search.js';

const SearchRequest = z.object({
  q: z.string().trim().max(200).default(''),
  order: z.literal('date').optional().catch(undefined),
  cursor: z.string().max(150).optional(),
});
type SearchRequest = z.infer<typeof SearchRequest>;

@Controller('suche')
@ForAnyone()
@UseFilters(ErrorPageFilter)
export class SearchController {
  constructor(
    private readonly gateway: Gateway,
    @Inject(CONFIG) private readonly config: ReaderAppConfig,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'private, no-cache')
  async search(@Query({ schema: SearchRequest }) { q, order, cursor }: SearchRequest): Promise<string> {
    const [sections, hits] = await Promise.all([
      this.gateway.sections().catch(() => []),
      q ? this.find(q, order, cursor) : undefined,
    ]);
    return searchPage({ siteName: this.config.siteName, q, order, hits, sections, isFirst: !cursor });
  }

  /** A query that the gateway refuses, such as one of only stop words, has no hits. */
  private find(q: string, order: string | undefined, cursor: string | undefined) {
    return this.gateway.search(q, order, cursor).catch((error: unknown) => {
      if (error instanceof GatewayRefused && error.status === 422) {
        return { items: [], total: 0, similar: false };
      }
      throw error;
    });
  }
}
