import {
  Column,
  Entity,
  In,
  OneToMany,
  PrimaryColumn,
  type EntityManager,
  type FindOptionsWhere,
  type Relation,
} from 'typeorm';
import { Option } from './option.entity.js';

export type PollState = 'draft' | 'open' | 'closed';

/** A poll as stored, in any state. Rules narrow it to {@link OpenPoll} or {@link ClosedPoll}. */
@Entity('poll')
export class Poll {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  question!: string;

  @Column('text')
  state!: PollState;

  /** The article that it was opened for; never changes. */
  @Column('uuid', { name: 'article_id', nullable: true })
  articleId!: string | null;

  @Column('boolean', { name: 'article_retracted' })
  articleRetracted!: boolean;

  /** Grows with every ballot and every change of state. */
  @Column('integer')
  rev!: number;

  /** Whether it has ballots that are not part of any event yet. */
  @Column('boolean', { name: 'emission_pending' })
  hasNewBallots!: boolean;

  @Column('timestamptz', { name: 'opened_at', nullable: true })
  openedAt!: Date | null;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  @Column('text', { name: 'idempotency_key', nullable: true, select: false })
  idempotencyKey!: string | null;

  @OneToMany(() => Option, (option) => option.poll)
  options!: Relation<Option[]>;
}

export type OpenPoll = Poll & {
  readonly state: 'open';
  readonly articleId: string;
  readonly openedAt: Date;
};

export type ClosedPoll = Poll & {
  readonly state: 'closed';
  readonly articleId: string;
  readonly openedAt: Date;
  readonly closedAt: Date;
};

/** A poll that is or was open for votes: the only kind that events contain and readers see. */
export type OpenedPoll = OpenPoll | ClosedPoll;

export const isOpen = (poll: Poll): poll is OpenPoll => poll.state === 'open';
export const isOpened = (poll: Poll): poll is OpenedPoll => poll.state !== 'draft';

/** The row lock keeps this poll's ballots and events in commit order. */
export async function lockPoll(tx: EntityManager, id: string): Promise<Poll | null> {
  const [poll] = await lockPolls(tx, { id });
  return poll ?? null;
}

/** Locks polls in the order of their ids, so that two transactions that lock several cannot deadlock. */
export async function lockPolls(tx: EntityManager, where: FindOptionsWhere<Poll>): Promise<Poll[]> {
  const polls = await tx.find(Poll, { where, order: { id: 'ASC' }, lock: { mode: 'pessimistic_write' } });
  const options = await tx.find(Option, { where: { pollId: In(polls.map(({ id }) => id)) } });
  for (const poll of polls) poll.options = options.filter(({ pollId }) => pollId === poll.id);
  return polls;
}
