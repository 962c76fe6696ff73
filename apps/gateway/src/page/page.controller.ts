import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientSignal, ForAnyone } from '#platform';
import { sendCacheable } from '../http/cacheable.js';
import { answerPublicly } from '../http/public-answer.js';
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
    await answerPublicly(
      reply,
      async () =>
        void sendCacheable(request, reply, await this.pages.get(idOrSlug, () => clientSignal(reply))),
      ({ slug }) => `/v1/articles/${slug}/page`,
    );
  }
}
