import { Inject, Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { DataSource, In, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { pollClosed, pollOpened, pollTallied, type EventContract } from '#events';
import { Outbox, type SnapshotSource } from '#messaging';
import { afterCommit, Clock, LOGGER, type Logger } from '#platform';
import { refuse } from '../problems.js';
import { Option } from './option.entity.js';
import { isOpened, lockPoll, lockPolls, Poll, type OpenedPoll } from './poll.entity.js';
import { close, open, requirePublic } from './poll.rules.js';
import { pollSnapshot, type CreatePollRequest } from './polls.dto.js';

type PollContract = typeof pollOpened | typeof pollTallied | typeof pollClosed;

@Injectable()
export class PollsService implements SnapshotSource {
  private readonly missing: Counter;

  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    registry: Registry,
  ) {
    this.missing = new Counter({
      name: 'polls_missing_total',
      help: 'References from published articles to nonexistent polls.',
      registers: [registry],
    });
  }

  /** Creates a draft. A repeated `idempotencyKey` returns the existing poll. */
  async create({ question, options }: CreatePollRequest, idempotencyKey?: string): Promise<Poll> {
    const id = uuidv7();
    await this.db.transaction(async (tx) => {
      const created = await tx.sql<object[]>`
        INSERT INTO poll (id, question, state, idempotency_key)
        VALUES (${id}, ${question}, 'draft', ${idempotencyKey ?? null})
        ON CONFLICT (idempotency_key) DO NOTHING RETURNING id`;
      if (created.length === 0) return;
      await tx.insert(
        Option,
        options.map((text, position) => ({ id: uuidv7(), pollId: id, position, text, votes: 0 })),
      );
    });
    const where = idempotencyKey ? { idempotencyKey } : { id };
    return this.db.manager.findOneOrFail(Poll, { where, relations: { options: true } });
  }

  /** @throws Refused `poll.unknown`. */
  async get(id: string): Promise<Poll> {
    const poll = await this.db.manager.findOne(Poll, { where: { id }, relations: { options: true } });
    if (!poll) throw refuse('poll.unknown');
    return poll;
  }

  /** @throws Refused `poll.unknown` (also for drafts), `poll.retracted`. */
  async getPublic(id: string): Promise<OpenedPoll> {
    return requirePublic(await this.get(id));
  }

  /** Ends voting; idempotent. @throws Refused `poll.unknown`, `poll.not-open` for a draft. */
  async close(id: string): Promise<Poll> {
    return this.db.transaction(async (tx) => {
      const poll = await lockPoll(tx, id);
      if (!poll) throw refuse('poll.unknown');
      return (await this.closeLocked(tx, poll)) ?? poll;
    });
  }

  /**
   * Opens the drafts among `pollIds` for the article that contains them. Drafts have no events, so the articles service
   * cannot check that a poll exists; this service counts and logs missing ones.
   */
  async openFor(tx: EntityManager, articleId: string, pollIds: readonly string[]): Promise<void> {
    const polls = await lockPolls(tx, { id: In([...pollIds]) });
    for (const poll of polls) {
      const opened = open(poll, articleId, this.clock.now());
      if (opened) await this.save(tx, opened, pollOpened);
    }
    const missing = pollIds.filter((id) => !polls.some((poll) => poll.id === id));
    if (missing.length === 0) return;
    afterCommit(tx, () => {
      this.missing.inc(missing.length);
      this.log.warn({ article: articleId, polls: missing }, 'an article contains polls that do not exist');
    });
  }

  /** Closes and hides the polls of a retracted article. */
  async retractFor(tx: EntityManager, articleId: string): Promise<void> {
    for (const poll of await lockPolls(tx, { articleId })) {
      await this.closeLocked(tx, poll);
      await tx.update(Poll, { id: poll.id }, { articleRetracted: true });
    }
  }

  /** Emits the current tallies of polls. */
  async emitTallies(tx: EntityManager, ids: readonly string[]): Promise<void> {
    const polls = (await lockPolls(tx, { id: In([...ids]) })).filter(isOpened);
    for (const poll of polls) await this.emit(tx, pollTallied, poll);
  }

  /** Emits the current state of a locked poll. */
  async emit(tx: EntityManager, contract: PollContract, poll: OpenedPoll): Promise<void> {
    const data = { rev: poll.rev, poll: pollSnapshot(poll) };
    await this.outbox.add<EventContract>(tx, contract, { subject: poll.id, data });
  }

  async republish(tx: EntityManager, afterId: string | undefined, limit: number): Promise<string[]> {
    const after = afterId ?? null;
    const rows = await tx.sql<{ id: string }[]>`
      SELECT id FROM poll WHERE state <> 'draft' AND (${after}::uuid IS NULL OR id > ${after}::uuid)
      ORDER BY id LIMIT ${limit}`;
    const polls = (await lockPolls(tx, { id: In(rows.map(({ id }) => id)) })).filter(isOpened);
    for (const poll of polls) await this.emit(tx, poll.state === 'closed' ? pollClosed : pollTallied, poll);
    return polls.map(({ id }) => id);
  }

  private async closeLocked(tx: EntityManager, poll: Poll): Promise<OpenedPoll | undefined> {
    const closed = close(poll, this.clock.now());
    if (closed) await this.save(tx, closed, pollClosed);
    return closed;
  }

  private async save(tx: EntityManager, poll: OpenedPoll, contract: PollContract): Promise<void> {
    const { id, state, articleId, openedAt, closedAt, rev, hasNewBallots } = poll;
    await tx.update(Poll, { id }, { state, articleId, openedAt, closedAt, rev, hasNewBallots });
    await this.emit(tx, contract, poll);
  }
}
