import { Column, Entity, PrimaryColumn } from 'typeorm';

export const termKinds = ['section', 'topic', 'place', 'author'] as const;
export type TermKind = (typeof termKinds)[number];

/** The plural of a kind, as in URLs. */
export const pluralOf = { section: 'sections', topic: 'topics', place: 'places', author: 'authors' } as const;
/** The field of an article's content that names terms of a kind. */
export const fieldOf = { section: 'section', topic: 'topics', place: 'places', author: 'authors' } as const;

/** A section, topic, place or author of articles. */
@Entity('term')
export class Term {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  kind!: TermKind;

  /** Incremented by every change; the ETag of the term. */
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

  /** Authors only: the URL of a picture. */
  @Column('text', { nullable: true })
  portrait!: string | null;

  /** Authors only. */
  @Column('text', { nullable: true })
  biography!: string | null;

  /** Places only, ISO 3166-1 alpha-2. */
  @Column('char', { length: 2, nullable: true })
  country!: string | null;

  /** Places only: the larger place, whose lists contain this one's articles, too. */
  @Column('uuid', { name: 'parent_id', nullable: true })
  parentId!: string | null;

  /** The term that its articles move to after a merge. The row is deleted when the last one has moved. */
  @Column('uuid', { name: 'merged_into', nullable: true })
  mergedInto!: string | null;
}
