import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('author')
export class Author {
  @PrimaryColumn('uuid', { insert: false })
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  role!: string | null;

  /** Address of the portrait. */
  @Column('text', { nullable: true })
  portrait!: string | null;
}
