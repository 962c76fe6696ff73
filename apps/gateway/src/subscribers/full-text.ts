import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ArticleSnapshot } from '#events';
import { ClientGone, clientSignal } from '#http';
import type { Held } from '../caching/caches.js';
import { admitLarge } from '../http/large-answers.js';
import type { PageResponse } from '../page/page.service.js';
import { Retractions } from '../retractions/retractions.js';
import { parsed, Upstream } from '../upstream/upstream.js';

type Article = ArticleSnapshot & { readonly restricted?: true };

/** Milliseconds. */
const within = { article: 2_000, poll: 800 };

/**
 * Replaces the free part of a paid article by its full text, for one subscriber. The rest comes from the shared answer;
 * the full text is requested with the subscriber's own token each time and never held.
 */
@Injectable()
export class FullText {
  constructor(
    private readonly upstream: Upstream,
    private readonly retractions: Retractions,
  ) {}

  /** @param shared the article as everybody gets it. @throws what Upstream.ok throws; Refused `article.retracted`. */
  async sendArticle(shared: Held, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { id, restricted } = parsed<Article>('articles', shared.bytes);
    const bytes = restricted ? await this.load(id, request, reply) : shared.bytes;
    this.retractions.refuseRetracted(id);
    sendPrivately(reply, bytes);
  }

  /** @param shared the page as everybody gets it. @throws what Upstream.ok throws; Refused `article.retracted`. */
  async sendPage(shared: Held, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const page = parsed<PageResponse>('articles', shared.bytes);
    if (!(page.article.data as Article).restricted) return sendPrivately(reply, shared.bytes);
    const article = parsed<Article>('articles', await this.load(page.article.data!.id, request, reply));
    const poll = await this.pollOf(article, page.poll, reply);
    this.retractions.refuseRetracted(article.id);
    const whole = { ...page, article: { status: 'fresh', data: article }, poll };
    sendPrivately(reply, Buffer.from(JSON.stringify(whole)));
  }

  private async load(id: string, { headers }: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
    const { bytes } = await this.upstream.ok('articles', `/articles/${id}`, {
      headers: { authorization: headers.authorization },
      within: within.article,
      signal: clientSignal(reply),
    });
    return bytes;
  }

  /** The first poll may stand in the part that others do not see. */
  private async pollOf(
    { body }: Article,
    shared: PageResponse['poll'],
    reply: FastifyReply,
  ): Promise<PageResponse['poll']> {
    const pollId = body.find((block) => block.type === 'poll')?.pollId;
    if (!pollId || shared.data !== null) return shared;
    const request = { within: within.poll, signal: clientSignal(reply) };
    try {
      return { status: 'fresh', data: await this.upstream.json('polls', `/polls/${pollId}`, request) };
    } catch (error) {
      if (error instanceof ClientGone) throw error;
      return { status: 'unavailable', data: null };
    }
  }
}

function sendPrivately(reply: FastifyReply, bytes: Buffer): void {
  admitLarge(bytes, reply.raw);
  void reply.header('cache-control', 'private, no-store').type('application/json; charset=utf-8').send(bytes);
}
