import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Picture } from '#events';
import type { RailKind } from './rail-kind.js';

/** A sold position in a rail. */
@Entity('slot')
export class Slot {
  @PrimaryColumn('uuid', { insert: false })
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  rail!: RailKind;

  /** From 1, the first card of the rail, to 4. */
  @Column('integer')
  position!: number;

  /** Shown only on pages of this section; on all pages if null. */
  @Column('text', { nullable: true })
  section!: string | null;

  @Column('text')
  label!: 'paid' | 'partner';

  @Column('text')
  sponsor!: string;

  @Column('text')
  kicker!: string;

  @Column('text')
  headline!: string;

  @Column('json')
  picture!: Picture;

  @Column('text')
  url!: string;
}
