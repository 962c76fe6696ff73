import { Column, Entity, OneToMany, PrimaryColumn, type Relation } from 'typeorm';
import { Option } from './option.entity.js';

export type PollState = 'draft' | 'open' | 'closed';

@Entity('poll')
export class Poll {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  question!: string;

  @Column('text')
  state!: PollState;

  /** The article it was opened for; it stays with that one. */
  @Column('uuid', { name: 'article_id', nullable: true })
  articleId!: string | null;

  @Column('boolean', { name: 'article_retracted' })
  articleRetracted!: boolean;

  /** Grows with every ballot and every change of state. */
  @Column('integer')
  rev!: number;

  /** Whether it has ballots that no event has carried yet. */
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
