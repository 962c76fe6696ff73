import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { interactionsCounted } from '#events';
import { CoalescingPublisher, Outbox } from '#messaging';
import { LOGGER, type Logger } from '#platform';

interface CountsRow {
  readonly id: string;
  readonly rev: number;
  readonly comments: number;
  readonly votes: number;
}

/** Emits changed counts, at most once per second per article, however many comments and votes there were. */
@Injectable()
export class CountEmitter extends CoalescingPublisher {
  constructor(
    db: DataSource,
    private readonly outbox: Outbox,
    @Inject(LOGGER) log: Logger,
  ) {
    super('count-emitter', { name: 'interactions', id: 'article_id' }, db, log);
  }

  /** Emits the current counts of articles whose rows `tx` has locked. */
  async emit(tx: EntityManager, articleIds: readonly string[]): Promise<void> {
    const rows = await tx.sql<CountsRow[]>`
      SELECT article_id AS id, rev, comments, votes FROM interactions
      WHERE article_id = ANY(${articleIds}) ORDER BY article_id`;
    await this.outbox.addAll(
      tx,
      interactionsCounted,
      rows.map(({ id: subject, rev, comments, votes }) => ({
        subject,
        data: { rev, comments, votes, total: comments + votes },
      })),
    );
  }
}
