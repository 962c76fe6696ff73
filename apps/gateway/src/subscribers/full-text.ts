import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientSignal } from '#http';
import type { Held } from '../caching/caches.js';
import { Retractions } from '../retractions/retractions.js';
import { parseAnswer } from '../upstream/json-answer.js';
import { Upstream } from '../upstream/upstream.js';
import { sendPrivately } from './send-privately.js';

interface Article {
  readonly id: string;
  /** Set when the shared answer has only the free part. */
  readonly restricted?: true;
}

/** Milliseconds. */
const WITHIN = 2_000;

/**
 * The full text of paid articles for one subscriber. It is requested with the subscriber's own token each time and never
 * cached.
 */
@Injectable()
export class FullText {
  constructor(
    private readonly upstream: Upstream,
    private readonly retractions: Retractions,
  ) {}

  /**
   * Sends the whole article.
   * @param shared the answer that is the same for everyone.
   * @throws what Upstream.ok throws; Refused `article.retracted`.
   */
  async send(shared: Held, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { id, restricted } = parseAnswer<Article>('articles', shared.bytes);
    const bytes = restricted ? await this.load(id, request, reply) : shared.bytes;
    this.retractions.refuseRetracted(id);
    sendPrivately(reply, bytes);
  }

  /** @throws what Upstream.ok throws. */
  async load(id: string, { headers }: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
    const { bytes } = await this.upstream.ok('articles', `/articles/${id}`, {
      headers: { authorization: headers.authorization },
      within: WITHIN,
      signal: clientSignal(reply),
    });
    return bytes;
  }
}
