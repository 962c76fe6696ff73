import {
  Body,
  Controller,
  Get,
  Header,
  Inject,
  Param,
  Post,
  Query,
  Redirect,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Id, Slug } from '#events';
import { ForAnyone, parseOrRefuse } from '#http';
import { CONFIG } from '#platform';
import { refusalText } from '../components/words.js';
import type { ReaderAppConfig } from '../config.js';
import { Gateway, GatewayRefused, type Cookies } from '../gateway/gateway.js';
import { articlePage, type Outcome } from './article.js';
import { cookieOf, sentCookie } from './cookies.js';
import { ErrorPageFilter } from './error-page.filter.js';
import { unsentPage } from './error.js';
import { loadPage, type Sent } from './load-page.js';
import { SameSiteGuard } from './same-site.guard.js';

const ArticleRequest = z.object({ kommentare: z.string().max(200).optional() });
type ArticleRequest = z.infer<typeof ArticleRequest>;

/** Browsers send line breaks as CRLF, which would count as two characters. The gateway refuses a text that is too long. */
const Text = z
  .string()
  .default('')
  .transform((text) => text.replaceAll('\r\n', '\n'));
const CommentForm = z.object({ text: Text, parentId: Id.optional().catch(undefined) });
const VoteForm = z.object({ optionId: z.string().max(100).default('') });

interface Form {
  readonly kind: Sent;
  readonly anchor: '#kommentare' | '#umfrage';
  readonly submit: () => Promise<Cookies>;
  readonly refused: (refusal: string) => Outcome;
}

/** The article page and its two forms. A form responds with a redirect, or with the page and the reason for the refusal. */
@Controller('a/:slug')
@ForAnyone()
@UseFilters(ErrorPageFilter)
export class ArticleController {
  constructor(
    private readonly gateway: Gateway,
    @Inject(CONFIG) private readonly config: ReaderAppConfig,
  ) {}

  /** Redirects from an earlier slug to the current one. */
  @Get()
  @Header('cache-control', 'private, no-cache')
  async get(
    @Param('slug', { schema: Slug }) slug: string,
    @Query({ schema: ArticleRequest }) { kommentare }: ArticleRequest,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const sent = cookieOf(request, 'sent');
    const { html, slug: current } = await this.render(slug, {
      olderThan: kommentare,
      sent: sent === 'comment' || sent === 'vote' ? sent : undefined,
    });
    if (current === slug) reply.type('text/html; charset=utf-8').send(html);
    else reply.redirect(`/a/${current}`, 301);
  }

  /** Redirects a browser that reloads the address of a refused form. */
  @Get(['comments', 'polls/:pollId'])
  @Redirect()
  back(@Param('slug', { schema: Slug }) slug: string): { url: string; statusCode: number } {
    return { url: `/a/${slug}`, statusCode: 303 };
  }

  @Post('comments')
  @UseGuards(SameSiteGuard)
  async comment(
    @Param('slug', { schema: Slug }) slug: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { text, parentId } = parseOrRefuse(CommentForm, body ?? {});
    await this.answer(reply, slug, {
      kind: 'comment',
      anchor: '#kommentare',
      submit: async () => {
        const { article } = await this.gateway.page(slug);
        return this.gateway.comment(article.data.id, { text, parentId }, cookieOf(request, 'reader'));
      },
      refused: (refusal) => ({ refusedComment: { refusal, text, parentId } }),
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
    const { optionId } = parseOrRefuse(VoteForm, body ?? {});
    await this.answer(reply, slug, {
      kind: 'vote',
      anchor: '#umfrage',
      submit: () => this.submitVote(pollId, optionId, request),
      refused: (refusal) => ({ refusedVote: { refusal, optionId } }),
    });
  }

  private submitVote(pollId: string, optionId: string, request: FastifyRequest): Promise<Cookies> {
    if (!optionId) throw new GatewayRefused(422, { code: 'poll.unknown-option' });
    return this.gateway.vote(pollId, optionId, cookieOf(request, 'reader'));
  }

  private async answer(
    reply: FastifyReply,
    slug: string,
    { kind, anchor, submit, refused }: Form,
  ): Promise<void> {
    try {
      const cookies = await submit();
      reply.header('set-cookie', [...cookies, sentCookie(slug, kind)]).redirect(`/a/${slug}${anchor}`, 303);
    } catch (error) {
      if (!(error instanceof GatewayRefused)) throw error;
      const outcome = refused(refusalText(error.problem.code));
      const { html } = await this.render(slug, { outcome }).catch((cause: unknown) => {
        const isUnavailable = cause instanceof GatewayRefused && cause.status === 503;
        // Keep the reader's text even if the article is unavailable.
        if (isUnavailable) return { html: unsentPage(this.config.siteName, slug, outcome) };
        throw cause;
      });
      if (error.cookies.length > 0) reply.header('set-cookie', [...error.cookies]);
      reply
        .status(error.status)
        .headers({ 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' })
        .send(html);
    }
  }

  private async render(
    slug: string,
    view: { olderThan?: string; sent?: Sent; outcome?: Outcome },
  ): Promise<{ html: string; slug: string }> {
    const [sections, page] = await Promise.all([
      this.gateway.sections().catch(() => []),
      loadPage(this.gateway, slug, view),
    ]);
    const { sent, olderThan, outcome } = view;
    const { siteName } = this.config;
    const html = articlePage(page, sections, {
      siteName,
      sent,
      isOlder: olderThan !== undefined,
      ...outcome,
    });
    return { html, slug: page.article.data.slug };
  }
}
