import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ArticleDraft } from '#api';
import type { ArticleSnapshot, Correction, RetractionReason } from '#events';
import type { ArticleSummary } from './article-summary.js';

export const articleStates = ['draft', 'scheduled', 'published', 'retracted'] as const;
export type ArticleState = (typeof articleStates)[number];

/** A row of the table; `article.ts` types it by state. */
@Entity('article')
export class ArticleRow {
  @PrimaryColumn('uuid')
  id!: string;

  /** Where readers find it; earlier slugs redirect to it. */
  @Column('text')
  slug!: string;

  @Column('text')
  state!: ArticleState;

  /** Incremented by every change, even to the working copy; the ETag of the article. */
  @Column('integer')
  version!: number;

  /** The versions from `renamedFrom` to `renamedTo` differ only in the names of terms, so an edit may be based on any. */
  @Column('integer', { name: 'renamed_from', nullable: true })
  renamedFrom!: number | null;

  @Column('integer', { name: 'renamed_to', nullable: true })
  renamedTo!: number | null;

  /** The working copy that editors change; readers see the snapshot. Null after a purge. */
  @Column('json', { nullable: true })
  draft!: ArticleDraft | null;

  /** Whether the working copy has changes that readers do not see yet. */
  @Column('boolean', { name: 'has_changes' })
  hasChanges!: boolean;

  /** The public text, as last published. */
  @Column('json', { nullable: true })
  snapshot!: ArticleSnapshot | null;

  /** The snapshot's entry in lists, stored because lists are read far more often than articles change. */
  @Column('json', { nullable: true })
  summary!: ArticleSummary | null;

  /** The version that readers see. */
  @Column('integer', { name: 'published_version', nullable: true })
  publishedVersion!: number | null;

  @Column('json')
  corrections!: Correction[];

  /** Every term that the working copy or the snapshot names. These cannot be deleted. */
  @Column('uuid', { name: 'term_ids', array: true })
  termIds!: string[];

  /**
   * The content that an editor approved for `publishAt`. Null while the working copy is that content: the first edit after
   * the approval copies it here.
   */
  @Column('json', { nullable: true })
  approved!: ArticleDraft | null;

  /** When the approved content is to become public. */
  @Column('timestamptz', { name: 'publish_at', nullable: true })
  publishAt!: Date | null;

  /** When the article is to be taken offline. */
  @Column('timestamptz', { name: 'offline_at', nullable: true })
  offlineAt!: Date | null;

  /** When it first became public. */
  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt!: Date | null;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'retracted_at', nullable: true })
  retractedAt!: Date | null;

  @Column('text', { name: 'retraction_reason', nullable: true })
  retractionReason!: RetractionReason | null;

  /** The public note on the retraction. */
  @Column('text', { name: 'retraction_note', nullable: true })
  retractionNote!: string | null;

  @Column('text', { name: 'idempotency_key', nullable: true, select: false })
  idempotencyKey?: string | null;

  /** Its id in the system that it was imported from. */
  @Column('text', { name: 'source_id', nullable: true, select: false })
  sourceId?: string | null;
}
