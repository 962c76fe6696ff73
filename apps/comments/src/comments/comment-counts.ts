import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { commentsCounted } from '#events';
import { Outbox, type SnapshotSource } from '#messaging';
import type { Thread } from './thread.entity.js';

/** Publishes the present count of every article that ever had a comment again. */
@Injectable()
export class CommentCounts implements SnapshotSource {
  constructor(private readonly outbox: Outbox) {}

  async republish(tx: EntityManager, afterId: string | undefined, limit: number): Promise<string[]> {
    const rows: (Pick<Thread, 'published' | 'rev'> & { id: string })[] = await tx.query(
      `SELECT article_id AS id, published, rev FROM thread
       WHERE rev > 0 AND ($1::uuid IS NULL OR article_id > $1) ORDER BY article_id LIMIT $2 FOR UPDATE`,
      [afterId ?? null, limit],
    );
    const events = rows.map(({ id, published, rev }) => ({
      subject: id,
      data: { count: { published, rev } },
    }));
    await this.outbox.addAll(tx, commentsCounted, events);
    return rows.map(({ id }) => id);
  }
}
