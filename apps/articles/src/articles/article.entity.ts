import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ArticleSnapshot, RetractionReason } from '#events';
import type { ArticleContent } from './article-content.js';

export type ArticleState = 'draft' | 'published' | 'retracted';

@Entity('article')
export class Article {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  state!: ArticleState;

  /** Grows with every change, of the working copy too; the ETag of the article. */
  @Column('integer')
  version!: number;

  /** The working copy that editors change; readers see the snapshot. Null once the text was erased. */
  @Column('json', { nullable: true })
  draft!: ArticleContent | null;

  /** What readers see, as it was last published. */
  @Column('json', { nullable: true })
  snapshot!: ArticleSnapshot | null;

  /** The version that readers see. */
  @Column('integer', { name: 'published_version', nullable: true })
  publishedVersion!: number | null;

  @Column('uuid', { name: 'section_id', nullable: true })
  sectionId!: string | null;

  @Column('uuid', { name: 'topic_ids', array: true })
  topicIds!: string[];

  @Column('uuid', { name: 'place_ids', array: true })
  placeIds!: string[];

  @Column('uuid', { name: 'author_ids', array: true })
  authorIds!: string[];

  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt!: Date | null;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'retracted_at', nullable: true })
  retractedAt!: Date | null;

  @Column('text', { name: 'retraction_reason', nullable: true })
  retractionReason!: RetractionReason | null;

  /** What readers are told about the retraction. */
  @Column('text', { name: 'retraction_note', nullable: true })
  retractionNote!: string | null;

  @Column('text', { name: 'idempotency_key', nullable: true, select: false })
  idempotencyKey?: string | null;
}
