import { Injectable } from '@nestjs/common';
import { DataSource, MoreThan, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { commentPublished, commentRemoved } from '#events';
import { Outbox } from '#messaging';
import { Clock, ReaderTokens, type Actor } from '#platform';
import { refuse } from '../problems.js';
import { Comment } from './comment.entity.js';
import { accept, aliasNumber, aliasOf, cleanText, REPEATED_WITHIN } from './comment.rules.js';
import { publicComment, type AddCommentRequest } from './comments.dto.js';
import { Thread } from './thread.entity.js';

@Injectable()
export class CommentsService {
  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly readers: ReaderTokens,
  ) {}

  /**
   * Publishes a reader's comment. The same `idempotencyKey` again gives the comment that is already there.
   * @throws Refused `comments.closed`, `comment.unknown-parent`, `comment.repeated`, `comment.empty`.
   */
  async add(
    articleId: string,
    { text: typed, parentId: replyTo }: AddCommentRequest,
    readerId: string,
    idempotencyKey?: string,
  ): Promise<Comment> {
    const text = cleanText(typed);
    const reader = this.readers.pseudonym(readerId, `comments ${articleId}`);
    return this.db.transaction(async (tx) => {
      // Locked first: comments of one article get their place, their count and their event one after another.
      const thread = await lockThread(tx, articleId);
      if (idempotencyKey) {
        const earlier = await tx.findOneBy(Comment, { reader, idempotencyKey });
        if (earlier) return earlier;
      }
      const parent = replyTo === undefined ? undefined : await tx.findOneBy(Comment, { id: replyTo });
      const { parentId } = accept(thread, parent);
      const now = this.clock.now();
      const since = new Date(now.getTime() - REPEATED_WITHIN);
      if (await tx.existsBy(Comment, { articleId, reader, text, createdAt: MoreThan(since) })) {
        throw refuse('comment.repeated');
      }
      const alias = aliasOf(await this.aliasNumberOf(tx, articleId, reader));
      const comment = tx.create(Comment, {
        id: uuidv7(),
        articleId,
        parentId,
        reader,
        alias,
        text,
        state: 'published',
        idempotencyKey: idempotencyKey ?? null,
        createdAt: now,
      });
      await tx.insert(Comment, comment);
      const count = await this.recount(tx, thread!, +1);
      await this.outbox.add(tx, commentPublished, {
        subject: articleId,
        data: { comment: publicComment(comment), count },
      });
      return comment;
    });
  }

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
      const count = await this.recount(tx, thread!, -1);
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

  private async recount(tx: EntityManager, { articleId, published, rev }: Thread, by: 1 | -1) {
    const count = { published: published + by, rev: rev + 1 };
    await tx.update(Thread, { articleId }, count);
    return count;
  }

  /** The reader's number under this article; two readers never share one. The thread is locked. */
  private async aliasNumberOf(tx: EntityManager, articleId: string, reader: string): Promise<number> {
    const [known] = await tx.query(`SELECT number FROM alias WHERE article_id = $1 AND reader = $2`, [
      articleId,
      reader,
    ]);
    if (known) return known.number;
    const wished = aliasNumber(reader);
    const [{ number }] = await tx.query(
      `INSERT INTO alias (article_id, reader, number)
       SELECT $1, $2, candidate FROM generate_series($3::int, $3::int + 1000000) AS candidate
       WHERE NOT EXISTS (SELECT 1 FROM alias WHERE article_id = $1 AND number = candidate)
       LIMIT 1 RETURNING number`,
      [articleId, reader, wished],
    );
    return number;
  }
}

const lockThread = (tx: EntityManager, articleId: string): Promise<Thread | null> =>
  tx.findOne(Thread, { where: { articleId }, lock: { mode: 'pessimistic_write' } });
