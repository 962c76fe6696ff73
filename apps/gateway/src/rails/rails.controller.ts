import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Id } from '#events';
import { clientSignal, ForAnyone } from '#http';
import { cacheable, sendCacheable } from '../http/cacheable.js';
import { Ids } from '../http/params.js';
import { withoutRetracted } from '../retractions/without-retracted.rules.js';
import { Retractions } from '../retractions/retractions.js';
import { UpstreamDown } from '../problems.js';
import { Upstream } from '../upstream/upstream.js';

@Controller('v1')
@ForAnyone()
export class RailsController {
  constructor(
    private readonly upstream: Upstream,
    private readonly retractions: Retractions,
  ) {}

  @Get('articles/:id/rails')
  async rails(
    @Param('id', { schema: Id }) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const signal = clientSignal(reply);
    const answer = await this.upstream.json('recommendations', `/articles/${id}/rails`, {
      signal,
    });
    // The recommendations service learns of retractions only from events.
    if (!this.retractions.isCurrent) throw new UpstreamDown('articles');
    const rails = withoutRetracted(answer, (articleId) => this.retractions.has(articleId));
    if (!rails) throw new UpstreamDown('recommendations');
    sendCacheable(request, reply, cacheable(rails, [`article/${id}`, 'rails']));
  }

  @Get('interactions')
  async interactions(
    @Query({ schema: Ids }) { ids }: { ids: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = `/interactions?ids=${encodeURIComponent(ids)}`;
    const counts = await this.upstream.json('recommendations', path, { signal: clientSignal(reply) });
    sendCacheable(request, reply, cacheable(counts, ['interactions']));
  }
}
