import { Body, Controller, Get, Header, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Id, Slug } from '#events';
import { ForAnyone, valid } from '#platform';
import { refusalText } from '../components/text.js';
import { Gateway, GatewayRefused, type Sent } from '../gateway/gateway.js';
import { articlePage, type Refusals } from './article.js';
import { ErrorPageFilter } from './error-page.filter.js';
import { SameSiteGuard } from './same-site.guard.js';

const CommentForm = z.object({ text: z.string().max(4_000).default(''), parentId: Id.optional() });
const VoteForm = z.object({ optionId: z.string().max(100).default('') });

/** The article page and its two forms. A form answers with a redirect, or with the page again and why it was refused. */
@Controller('a/:slug')
@ForAnyone()
@UseFilters(ErrorPageFilter)
export class ArticleController {
  constructor(private readonly gateway: Gateway) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async get(@Param('slug', { schema: Slug }) slug: string): Promise<string> {
    return this.render(slug);
  }

  @Post('comments')
  @UseGuards(SameSiteGuard)
  async comment(
    @Param('slug', { schema: Slug }) slug: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { text, parentId } = valid(CommentForm, body);
    await this.send(reply, slug, '#kommentare', {
      send: async () => {
        const { article } = await this.gateway.page(slug);
        return this.gateway.comment(article.data.id, { text, parentId }, readerOf(request));
      },
      refusals: (refusal) => ({ comment: { refusal, text, parentId } }),
    });
  }

  @Post('polls/:pollId')
  @UseGuards(SameSiteGuard)
  async vote(
    @Param('slug', { schema: Slug }) slug: string,
    @Param('pollId', { schema: Id }) pollId: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { optionId } = valid(VoteForm, body);
    await this.send(reply, slug, '#umfrage', {
      send: () => this.gateway.vote(pollId, optionId, readerOf(request)),
      refusals: (vote) => ({ vote }),
    });
  }

  private async send(
    reply: FastifyReply,
    slug: string,
    anchor: string,
    form: { send: () => Promise<Sent>; refusals: (refusal: string) => Refusals },
  ): Promise<void> {
    try {
      const { setCookie } = await form.send();
      if (setCookie) reply.header('set-cookie', setCookie);
      reply.redirect(`/a/${slug}${anchor}`, 303);
    } catch (error) {
      if (!(error instanceof GatewayRefused) || error.status === 410) throw error;
      const html = await this.render(slug, form.refusals(refusalText(error.problem.code)));
      reply.status(error.status).type('text/html; charset=utf-8').send(html);
    }
  }

  private async render(slug: string, refusals?: Refusals): Promise<string> {
    const [sections, page] = await Promise.all([this.gateway.sections().catch(() => []), this.gateway.page(slug)]);
    return articlePage(page, sections, refusals);
  }
}

const readerOf = ({ headers }: FastifyRequest): string | undefined =>
  /(?:^|;\s*)reader=([\w.-]{1,200})(?:;|$)/.exec(headers.cookie ?? '')?.[1];
