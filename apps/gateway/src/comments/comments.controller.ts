import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Id } from '#events';
import { clientSignal, ForAnyone } from '#http';
import { cacheable, sendCacheable } from '../http/cacheable.js';
import { queryOf } from '../http/params.js';
import { answerPublicly } from '../http/answer-publicly.js';
import { Retractions } from '../retractions/retractions.js';
import { ReaderCookie } from '../security/reader-cookie.js';
import { forward } from '../upstream/forward.js';
import { Upstream } from '../upstream/upstream.js';

/** The comments service's answer for a retracted article. */
const CLOSED = { open: false, count: 0, items: [] };

@Controller('v1/articles/:id/comments')
@ForAnyone()
export class CommentsController {
  constructor(
    private readonly upstream: Upstream,
    private readonly readers: ReaderCookie,
    private readonly retractions: Retractions,
  ) {}

  @Get()
  async list(
    @Param('id', { schema: Id }) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = `/articles/${id}/comments${queryOf(request)}`;
    await answerPublicly(reply, async () => {
      // The comments service learns of retractions only from events.
      if (this.retractions.has(id)) {
        return sendCacheable(request, reply, cacheable(CLOSED, [`article/${id}`]));
      }
      const comments = await this.upstream.json('comments', path, { signal: clientSignal(reply) });
      sendCacheable(request, reply, cacheable(comments, [`article/${id}`, `comments/${id}`]));
    });
  }

  @Post()
  async add(
    @Param('id', { schema: Id }) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const headers = { 'x-reader': this.readers.of(request, reply) };
    const path = `/articles/${id}/comments`;
    await forward(this.upstream, { lane: 'write', service: 'comments', path, headers }, request, reply);
  }
}
