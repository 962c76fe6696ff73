import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ArticleSnapshot } from '#events';

/** One published state of an article, kept for good. */
@Entity('revision')
export class Revision {
  @PrimaryColumn('uuid', { name: 'article_id' })
  articleId!: string;

  @PrimaryColumn('integer')
  version!: number;

  @Column('json')
  snapshot!: ArticleSnapshot;
}
