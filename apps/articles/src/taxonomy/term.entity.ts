import { Column, Entity, PrimaryColumn } from 'typeorm';

export const termKinds = ['section', 'topic', 'place', 'author'] as const;
export type TermKind = (typeof termKinds)[number];

/** What a kind is called in addresses. */
export const pluralOf = { section: 'sections', topic: 'topics', place: 'places', author: 'authors' } as const;
/** The field of an article's content that names terms of a kind. */
export const fieldOf = { section: 'section', topic: 'topics', place: 'places', author: 'authors' } as const;

/** What articles are filed under, and who writes them: sections, topics, places, authors. */
@Entity('term')
export class Term {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  kind!: TermKind;

  /** Grows with every change; the ETag of the term. */
  @Column('integer')
  version!: number;

  /** Where readers find it; earlier slugs redirect to it. */
  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  /** Authors only. */
  @Column('text', { nullable: true })
  role!: string | null;

  /** Authors only; the address of a picture. */
  @Column('text', { nullable: true })
  portrait!: string | null;

  /** Authors only. */
  @Column('text', { nullable: true })
  biography!: string | null;

  /** Places only, ISO 3166-1 alpha-2. */
  @Column('char', { length: 2, nullable: true })
  country!: string | null;

  /** Places only: the larger place whose lists this one's articles are in, too. */
  @Column('uuid', { name: 'parent_id', nullable: true })
  parentId!: string | null;

  /** Set while its articles move to another term; it is gone afterwards. */
  @Column('uuid', { name: 'merged_into', nullable: true })
  mergedInto!: string | null;
}
