import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { commentRemoved } from '#events';
import { Outbox, unlessNewer } from '#messaging';
import { type Actor, Clock } from '#platform';
import { refuse } from '../problems.js';
import { Comment } from './comment.entity.js';
import { remove } from './comment.rules.js';
import { lockThread, Thread } from './thread.entity.js';

@Injectable()
export class CommentsService {
  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** Hides a comment from readers; idempotent. @throws Refused `comment.unknown`. */
  async remove(id: string, reason: string, by: Actor): Promise<Comment> {
    const { articleId } = await this.get(id);
    return this.db.transaction(async (tx) => {
      const thread = await lockThread(tx, articleId);
      const comment = await tx.findOneBy(Comment, { id });
      if (!thread || !comment) throw refuse('comment.unknown');
      const removal = remove(comment, reason, by.id, this.clock.now());
      if (!removal) return comment;
      await tx.update(Comment, { id }, removal);
      const count = { published: thread.published - 1, rev: thread.rev + 1 };
      await tx.update(Thread, { articleId }, count);
      await this.outbox.add(tx, commentRemoved, { subject: articleId, data: { commentId: id, count } });
      return { ...comment, ...removal };
    });
  }

  /** @throws Refused `comment.unknown`. */
  async get(id: string): Promise<Comment> {
    const comment = await this.db.manager.findOneBy(Comment, { id });
    if (!comment) throw refuse('comment.unknown');
    return comment;
  }

  /** Opens or closes an article for comments, unless a newer version of the article has arrived. */
  async follow(tx: EntityManager, articleId: string, articleVersion: number, open: boolean): Promise<void> {
    await tx.sql`
      INSERT INTO thread (article_id, article_version, open) VALUES (${articleId}, ${articleVersion}, ${open})
      ${unlessNewer('thread', { key: 'article_id', version: 'article_version', columns: ['open'] })}`;
  }
}
