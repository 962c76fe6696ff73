import { Column, Entity, PrimaryColumn, type EntityManager } from 'typeorm';

/** The comments of an article: whether it is open for new ones, and how many are published. */
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

  /** Alias numbers used so far; see `AliasNumbers`. */
  @Column('integer')
  aliases!: number;
}

export type OpenThread = Thread & { readonly open: true };

/** The row lock keeps this article's counts and events in commit order. Take it before any other lock of the article. */
export const lockThread = (tx: EntityManager, articleId: string): Promise<Thread | null> =>
  tx.findOne(Thread, { where: { articleId }, lock: { mode: 'pessimistic_write' } });
