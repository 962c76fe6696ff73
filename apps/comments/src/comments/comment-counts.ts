import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { commentsCounted } from '#events';
import { Outbox, type SnapshotSource } from '#messaging';
import type { Thread } from './thread.entity.js';

/** Republishes the count of every article that has ever had a comment. */
@Injectable()
export class CommentCounts implements SnapshotSource {
  constructor(private readonly outbox: Outbox) {}

  async republish(tx: EntityManager, afterId: string | undefined, limit: number): Promise<string[]> {
    const after = afterId ?? null;
    const rows = await tx.sql<(Pick<Thread, 'published' | 'rev'> & { id: string })[]>`
      SELECT article_id AS id, published, rev FROM thread
      WHERE rev > 0 AND (${after}::uuid IS NULL OR article_id > ${after}::uuid)
      ORDER BY article_id LIMIT ${limit} FOR UPDATE`;
    const events = rows.map(({ id, published, rev }) => ({
      subject: id,
      data: { count: { published, rev } },
    }));
    await this.outbox.addAll(tx, commentsCounted, events);
    return rows.map(({ id }) => id);
  }
}
