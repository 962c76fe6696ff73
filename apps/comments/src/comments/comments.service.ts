import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { commentRemoved } from '#events';
import { Outbox } from '#messaging';
import { type Actor, Clock } from '#platform';
import { refuse } from '../problems.js';
import { Comment } from './comment.entity.js';
import { lockThread, Thread } from './thread.entity.js';

@Injectable()
export class CommentsService {
  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a comment out of readers' sight; doing it again changes nothing.
   * @throws Refused `comment.unknown`.
   */
  async remove(id: string, reason: string, by: Actor): Promise<Comment> {
    const { articleId } = await this.get(id);
    return this.db.transaction(async (tx) => {
      const thread = await lockThread(tx, articleId);
      const comment = await tx.findOneByOrFail(Comment, { id });
      if (comment.state === 'removed') return comment;
      const change = {
        state: 'removed',
        removedAt: this.clock.now(),
        removedBy: by.id,
        removalReason: reason,
      } as const;
      await tx.update(Comment, { id }, change);
      const count = { published: thread!.published - 1, rev: thread!.rev + 1 };
      await tx.update(Thread, { articleId }, count);
      await this.outbox.add(tx, commentRemoved, { subject: articleId, data: { commentId: id, count } });
      return Object.assign(comment, change);
    });
  }

  /** @throws Refused `comment.unknown`. */
  async get(id: string): Promise<Comment> {
    const comment = await this.db.manager.findOneBy(Comment, { id });
    if (!comment) throw refuse('comment.unknown');
    return comment;
  }

  /** Opens or closes an article for comments, unless a newer version of it has said so already. */
  async follow(tx: EntityManager, articleId: string, articleVersion: number, open: boolean): Promise<void> {
    await tx.query(
      `INSERT INTO thread (article_id, article_version, open) VALUES ($1, $2, $3)
       ON CONFLICT (article_id) DO UPDATE SET article_version = excluded.article_version, open = excluded.open
       WHERE thread.article_version <= excluded.article_version`,
      [articleId, articleVersion, open],
    );
  }
}
