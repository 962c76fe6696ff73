import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What sections, topics and places have in common. */
export abstract class TermEntity {
  @PrimaryColumn('uuid', { insert: false })
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;
}

@Entity('section')
export class Section extends TermEntity {}

@Entity('topic')
export class Topic extends TermEntity {}

@Entity('place')
export class Place extends TermEntity {
  /** ISO 3166-1 alpha-2. */
  @Column('char', { length: 2, nullable: true })
  country!: string | null;
}
