import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientSignal, ForAnyone } from '#platform';
import { sendCacheable } from '../http/cacheable.js';
import { leadingOn } from '../http/moved.js';
import { IdOrSlug } from '../http/params.js';
import { PageService } from './page.service.js';

@Controller('v1/articles')
@ForAnyone()
export class PageController {
  constructor(private readonly pages: PageService) {}

  @Get(':idOrSlug/page')
  async get(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await leadingOn(
      reply,
      ({ slug }) => `/v1/articles/${slug}/page`,
      async () =>
        void sendCacheable(request, reply, await this.pages.get(idOrSlug, () => clientSignal(reply))),
    );
  }
}
