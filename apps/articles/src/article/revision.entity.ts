import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ArticleSnapshot } from '#events';

/** One published state of an article, kept forever; only a purge erases it. */
@Entity('revision')
export class Revision {
  @PrimaryColumn('uuid', { name: 'article_id' })
  articleId!: string;

  @PrimaryColumn('integer')
  version!: number;

  /** The public text at that time. */
  @Column('json')
  snapshot!: ArticleSnapshot;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('text', { name: 'by_id' })
  byId!: string;

  @Column('text', { name: 'by_name' })
  byName!: string;

  /** The note of a correction. */
  @Column('text', { nullable: true })
  note!: string | null;
}
