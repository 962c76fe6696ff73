import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One reader's choice. One ballot a voter. */
@Entity('ballot')
export class Ballot {
  @PrimaryColumn('uuid', { name: 'poll_id' })
  pollId!: string;

  /** Pseudonym of the reader under this poll. */
  @PrimaryColumn('text', { name: 'voter_key' })
  voterKey!: string;

  @Column('uuid', { name: 'option_id' })
  optionId!: string;

  @Column('timestamptz', { name: 'cast_at' })
  castAt!: Date;
}
