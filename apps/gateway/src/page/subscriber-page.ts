import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ArticleSnapshot } from '#events';
import { ClientGone, clientSignal } from '#http';
import type { Held } from '../caching/caches.js';
import { Retractions } from '../retractions/retractions.js';
import { FullText } from '../subscribers/full-text.js';
import { sendPrivately } from '../subscribers/send-privately.js';
import { parseAnswer } from '../upstream/json-answer.js';
import { Upstream } from '../upstream/upstream.js';
import type { PageResponse } from './page.service.js';

type Article = ArticleSnapshot & { readonly restricted?: true };

/** Milliseconds. */
const POLL_WITHIN = 800;

/** An article's page for one subscriber: the shared page with the full text in place of the free part. */
@Injectable()
export class SubscriberPage {
  constructor(
    private readonly upstream: Upstream,
    private readonly fullText: FullText,
    private readonly retractions: Retractions,
  ) {}

  /**
   * @param shared the page that is the same for everyone.
   * @throws what Upstream.ok throws; Refused `article.retracted`.
   */
  async send(shared: Held, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const page = parseAnswer<PageResponse>('articles', shared.bytes);
    const free = page.article.data as Article;
    if (!free.restricted) return sendPrivately(reply, shared.bytes);
    const bytes = await this.fullText.load(free.id, request, reply);
    const article = parseAnswer<Article>('articles', bytes);
    const poll = await this.pollOf(article, page.poll, reply);
    this.retractions.refuseRetracted(article.id);
    const whole = { ...page, article: { status: 'fresh', data: article }, poll };
    sendPrivately(reply, Buffer.from(JSON.stringify(whole)));
  }

  /** The shared page lacks the first poll if that is in the paid part. */
  private async pollOf(
    { body }: Article,
    shared: PageResponse['poll'],
    reply: FastifyReply,
  ): Promise<PageResponse['poll']> {
    const pollId = body.find((block) => block.type === 'poll')?.pollId;
    if (!pollId || shared.data !== null) return shared;
    const request = { within: POLL_WITHIN, signal: clientSignal(reply) };
    try {
      return { status: 'fresh', data: await this.upstream.json('polls', `/polls/${pollId}`, request) };
    } catch (error) {
      if (error instanceof ClientGone) throw error;
      return { status: 'unavailable', data: null };
    }
  }
}
