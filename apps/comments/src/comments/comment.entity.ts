import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('comment')
export class Comment {
  /** uuidv7, so ordered by time. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'article_id' })
  articleId!: string;

  /** The top-level comment this one replies to; replies do not nest deeper. */
  @Column('uuid', { name: 'parent_id', nullable: true })
  parentId!: string | null;

  /** Pseudonym of the reader under this article; it does not link the reader's comments under different articles. */
  @Column('text', { select: false })
  reader!: string;

  @Column('text')
  alias!: string;

  @Column('text')
  text!: string;

  @Column('text')
  state!: 'published' | 'removed';

  @Column('text', { name: 'idempotency_key', nullable: true, select: false })
  idempotencyKey!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'removed_at', nullable: true })
  removedAt!: Date | null;

  @Column('text', { name: 'removed_by', nullable: true })
  removedBy!: string | null;

  @Column('text', { name: 'removal_reason', nullable: true })
  removalReason!: string | null;
}
