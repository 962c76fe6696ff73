import { Inject, Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { DataSource, In, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { pollClosed, pollOpened, pollTallied, type EventContract } from '#events';
import { Outbox, type SnapshotSource } from '#messaging';
import { afterCommit, Clock, LOGGER, type Logger } from '#platform';
import { refuse } from '../problems.js';
import { Option } from './option.entity.js';
import { Poll } from './poll.entity.js';
import { assertShown, close, open } from './poll.rules.js';
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
      help: 'Polls that published articles name and that do not exist.',
      registers: [registry],
    });
  }

  /** Makes a draft. The same `idempotencyKey` again gives the poll that is already there. */
  async create({ question, options }: CreatePollRequest, idempotencyKey?: string): Promise<Poll> {
    const id = uuidv7();
    await this.db.transaction(async (tx) => {
      const [made] = await tx.query(
        `INSERT INTO poll (id, question, state, idempotency_key) VALUES ($1, $2, 'draft', $3)
         ON CONFLICT (idempotency_key) DO NOTHING RETURNING id`,
        [id, question, idempotencyKey ?? null],
      );
      if (!made) return;
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
  async getPublic(id: string): Promise<Poll> {
    const poll = await this.get(id);
    assertShown(poll);
    return poll;
  }

  /** @throws Refused `poll.unknown`, `poll.not-open` for a draft; closing twice changes nothing. */
  async close(id: string): Promise<Poll> {
    return this.db.transaction(async (tx) => {
      const poll = await lockPoll(tx, id);
      if (!poll) throw refuse('poll.unknown');
      await this.closeLocked(tx, poll);
      return poll;
    });
  }

  /**
   * Opens the drafts among `pollIds` for the article they stand in. No event is emitted for a draft, so the articles
   * service cannot check that it exists: polls that do not are counted and logged here.
   */
  async openFor(tx: EntityManager, articleId: string, pollIds: readonly string[]): Promise<void> {
    const polls = await lockPolls(tx, { id: In([...pollIds]) });
    for (const poll of polls) {
      const change = open(poll, articleId, this.clock.now());
      if (change) await this.change(tx, poll, change, pollOpened);
    }
    const missing = pollIds.filter((id) => !polls.some((poll) => poll.id === id));
    if (missing.length === 0) return;
    afterCommit(tx, () => {
      this.missing.inc(missing.length);
      this.log.warn({ article: articleId, polls: missing }, 'an article names polls that do not exist');
    });
  }

  /** Ends the polls of an article that was taken down, and shows them no longer. */
  async retractFor(tx: EntityManager, articleId: string): Promise<void> {
    for (const poll of await lockPolls(tx, { articleId })) {
      await this.closeLocked(tx, poll);
      await tx.update(Poll, { id: poll.id }, { articleRetracted: true });
    }
  }

  /** Emits the present tallies of polls that `tx` has locked. */
  async emitTallies(tx: EntityManager, ids: readonly string[]): Promise<void> {
    for (const poll of await lockPolls(tx, { id: In([...ids]) })) await this.emit(tx, pollTallied, poll);
  }

  /** Emits the present state of a locked poll. */
  async emit(tx: EntityManager, contract: PollContract, poll: Poll): Promise<void> {
    const data = { rev: poll.rev, poll: pollSnapshot(poll) };
    await this.outbox.add<EventContract>(tx, contract, { subject: poll.id, data });
  }

  async republish(tx: EntityManager, afterId: string | undefined, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(
      `SELECT id FROM poll WHERE state <> 'draft' AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2`,
      [afterId ?? null, limit],
    );
    const polls = await lockPolls(tx, { id: In(rows.map(({ id }) => id)) });
    for (const poll of polls) await this.emit(tx, poll.state === 'closed' ? pollClosed : pollTallied, poll);
    return polls.map(({ id }) => id);
  }

  private async closeLocked(tx: EntityManager, poll: Poll): Promise<void> {
    const change = close(poll, this.clock.now());
    if (change) await this.change(tx, poll, change, pollClosed);
  }

  private async change(
    tx: EntityManager,
    poll: Poll,
    change: Partial<Poll>,
    contract: PollContract,
  ): Promise<void> {
    await tx.update(Poll, { id: poll.id }, change);
    Object.assign(poll, change);
    await this.emit(tx, contract, poll);
  }
}

/** The row lock keeps this poll's ballots and events in commit order. */
export async function lockPoll(tx: EntityManager, id: string): Promise<Poll | null> {
  const [poll] = await lockPolls(tx, { id });
  return poll ?? null;
}

/** Locks in the order of ids, so that two who lock several never wait for each other in a circle. */
async function lockPolls(tx: EntityManager, where: object): Promise<Poll[]> {
  const polls = await tx.find(Poll, { where, order: { id: 'ASC' }, lock: { mode: 'pessimistic_write' } });
  const options = await tx.find(Option, { where: { pollId: In(polls.map(({ id }) => id)) } });
  for (const poll of polls) poll.options = options.filter(({ pollId }) => pollId === poll.id);
  return polls;
}
