import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What this service knows of an article: whether it takes comments, and how many readers see. */
@Entity('thread')
export class Thread {
  @PrimaryColumn('uuid', { name: 'article_id' })
  articleId!: string;

  /** The newest version of the article that has arrived here. */
  @Column('integer', { name: 'article_version' })
  articleVersion!: number;

  @Column('boolean')
  open!: boolean;

  /** Published comments, replies included. */
  @Column('integer')
  published!: number;

  /** Grows with every change of `published`. */
  @Column('integer')
  rev!: number;
}
