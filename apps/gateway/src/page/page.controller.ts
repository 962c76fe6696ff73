import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientSignal, ForAnyoneOrSubscribers, IsSubscriber } from '#http';
import { sendCacheable, variesBySubscription } from '../http/cacheable.js';
import { answerPublicly } from '../http/answer-publicly.js';
import { IdOrSlug } from '../http/params.js';
import { PageService } from './page.service.js';
import { SubscriberPage } from './subscriber-page.js';

@Controller('v1/articles')
@ForAnyoneOrSubscribers()
export class PageController {
  constructor(
    private readonly pages: PageService,
    private readonly subscriberPage: SubscriberPage,
  ) {}

  @Get(':idOrSlug/page')
  async get(
    @Param('idOrSlug', { schema: IdOrSlug }) idOrSlug: string,
    @IsSubscriber() isSubscriber: boolean,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    variesBySubscription(reply);
    await answerPublicly(
      reply,
      async () => {
        const page = await this.pages.get(idOrSlug, () => clientSignal(reply));
        if (isSubscriber) await this.subscriberPage.send(page, request, reply);
        else sendCacheable(request, reply, page);
      },
      ({ slug }) => `/v1/articles/${slug}/page`,
    );
  }
}
