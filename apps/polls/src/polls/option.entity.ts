import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Poll } from './poll.entity.js';

@Entity('option')
export class Option {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'poll_id' })
  pollId!: string;

  @ManyToOne(() => Poll, (poll) => poll.options)
  @JoinColumn({ name: 'poll_id' })
  poll!: Relation<Poll>;

  @Column('integer')
  position!: number;

  @Column('text')
  text!: string;

  /** Always equals the number of ballots for this option. */
  @Column('integer')
  votes!: number;
}
